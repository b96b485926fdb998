/** Words to avoid, and what to write instead. */
export interface WordRule {
  /** A blank stands for any blanks and for the end of a line. */
  readonly words: RegExp;
  readonly write: string;
}

/** Most words are in docs/glossary.md, the reasons in docs/style.md. */
export const wordRules: readonly WordRule[] = [
  // One word for each thing.
  { words: /\benvelopes?\b/i, write: '"execution time" (of JSON-RPC: "wrapper")' },
  { words: /\babsent (?:means|counts)\b|\b(?:if|or|when|where) absent\b|\babsent:/i, write: '"Unset: …"' },
  {
    words: /\b(?:sidecar|it|that) (?:has )?den(?:y|ies|ied)\b|\bdenials?\b/i,
    write: '"answers that it does not know …"',
  },
  { words: /\b(?:gives?|gave|given|giving)(?: \w+){0,3} (?:back|away)\b/i, write: '"release"' },
  { words: /\bhand(?:s|ed|ing)?(?: (?:it|them))? on\b/i, write: '"pass" or "send"' },
  { words: /\b(?:call|calls|called|calling)(?: (?:it|them))? (?:back|off)\b/i, write: '"cancel" or "undo"' },
  { words: /\bauthorit(?:y|ies) (?:that|in|of|which|stands?)\b/i, write: '"CA"' },
  {
    words: /\b(?:a|an|one|the|last|first|this|next|each|every|another) looks?\b(?! (?:like|as))|\btwo looks\b/i,
    write: '"check"',
  },
  {
    words: /\bhe (?:has|had|waits?|must|is|was|wants?|takes?)\b|\bhis own\b/i,
    write: 'the name of the program or person',
  },
  { words: /\btook (?:the|its|an?) order\b|\btakes? (?:the|its|an?) order\b/i, write: '"accept"' },
  // Subject, verb, object.
  {
    words: /(?<=(?:^|[.;:|] |"|'|`))Of (?:an?|the|those|these|them|its|this|that|what|several|many|both|one|\d+)\b/,
    write: 'the subject first',
  },
  { words: /(?<=\| )of (?:an?|the|those|several|many)\b/, write: 'the subject first' },
  {
    words:
      /(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more than\b|less than\b|later than\b|earlier than\b)(?:whole |valid |real )?(?:[a-z]+)\b/i,
    write: '"is not a …", or "there is no …"',
  },
  { words: /\b(?:no|not|nobody|never|nothing|nor|none)\b[^.\0]{0,60} any more\b/i, write: '"no longer"' },
  { words: /\bbut for\b/i, write: '"except"' },
  { words: /\ball the same\b/i, write: '"still" or "anyway"' },
  { words: /\bbesides\b/i, write: '"also" or "in addition to"' },
  { words: /\bfor ever\b/i, write: '"without limit"' },
  { words: /\b(?:go|goes|went|gone|going) on\b/i, write: '"continue" or "run"' },
  { words: /\bmeanwhile\b/i, write: '"until then", "in between" or when exactly' },
  { words: /\bin sight\b/i, write: '"visibly" or where it is shown' },
  { words: /\bat (?:his|her|its) word\b|\bkeeps? (?:one's|its) word\b/i, write: 'what the program does' },
  {
    words: /\b(?:it|which|that) is told\b|\b(?:is|are) told (?:so|that|again)\b/i,
    write: '"gets", "receives" or who writes what',
  },
  // Personification and literature.
  {
    words: /\b(?:lies|lying|lie) (?:still|in|on|about|there|beside|below|above|before|behind|between)\b/i,
    write: '"is"',
  },
  {
    words: /\bstand(?:s|ing)? (?:in(?! for)|behind|against|there|beside|still)\b/i,
    write: '"is", "is signed by" or "means"',
  },
  {
    words: /\b(?:in|with) (?:its|their|the sidecar's|the server's) (?:own )?words\b|\b(?:its|their) words\b/i,
    write: '"quotes"',
  },
  { words: /\b(?:the|whole|its|their|a) stor(?:y|ies)\b/i, write: 'what is shown' },
  { words: /\b(?:fails?|failed|failing) loudly\b/i, write: 'the phase and the reason' },
  { words: /\bhonest(?:ly|y)?\b/i, write: 'what is known' },
  {
    words: /\b(?:stumbles?|obeys?|insists?|refuses its service|falls? silent|wakes? up|lives on)\b/i,
    write: 'what the program does',
  },
  { words: /\bwhat(?:ever)? becomes of\b/i, write: '"the result of"' },
  { words: /\b(?:can|may|could|to) be had\b/i, write: '"is available"' },
  { words: /\bfor good\b/i, write: '"permanently"' },
  { words: /\b(?:leav(?:es?|ing)|left)(?: [\w']+){0,2} alone\b/i, write: '"does not change" or "does nothing to"' },
  { words: /\bbeside\b/i, write: '"next to", "with" or "in addition to"' },
  { words: /\bwhom\b/i, write: 'a sentence with a subject' },
  { words: /\bfrom now on\b/i, write: 'nothing: the present tense is enough' },
  { words: /\bland(?:s|ed)\b/i, write: '"arrive"' },
  { words: /\bhears? (?:of|about)\b|\bheard of\b/i, write: '"learn", or who reports what' },
  { words: /\bwithout a word\b/i, write: '"silently", or what is missing' },
  { words: /\b(?:whose|its|their) doing\b/i, write: 'who did it' },
  {
    words:
      /\b(?:hitherto|henceforth|thereof|therein|whilst|albeit|forth|anew|withal|lest|amid|alike|aught|naught|shall)\b/i,
    write: 'a plain word',
  },
  { words: /\b(?:simply|obviously|of course|basically|merely)\b/i, write: 'nothing' },
];
