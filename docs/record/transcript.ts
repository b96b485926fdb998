/** A command and what it printed, as a reader would see it. */
interface TranscriptEntry {
  readonly command: string;
  readonly output: string;
}

export interface Transcript {
  readonly title: string;
  readonly entries: readonly TranscriptEntry[];
}

/** A code block with the commands and what they printed. */
export function blockOf({ entries }: Transcript): string {
  const text = entries.map(({ command, output }) => `$ ${command}\n${output.trimEnd()}`).join('\n\n');
  return `\`\`\`console\n${text}\n\`\`\``;
}

export function markdownOf(transcripts: readonly Transcript[]): string {
  const sections = transcripts.map((transcript) => `## ${transcript.title}\n\n${blockOf(transcript)}\n`);
  return `# Transcripts\n\nReal output, written by \`npm run record-docs\`; a test runs the commands again and compares.\n\n${sections.join('\n')}`;
}

/** What differs from run to run, by what it looks like: the longest first. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>'],
  [/:\d{4,5}\b/g, ':<port>'],
  [/\b(durationMs|executionMs)=\d+/g, '$1=<number>'],
  [/\b(version|runtime)=\S+/g, '$1=<version>'],
  [/\b(\d+h)?(\d+m)?\d+(\.\d+)?m?s\b/g, '<duration>'],
  [/\b(pid |height |Resource Version: +|resourceVersion: )"?\d+"?/g, '$1<number>'],
  [/restart-validator-\d-[a-z0-9]{5}\b/g, '<name>'],
  [/ +/g, ' '],
];

/** The text with everything that differs from run to run replaced by what it is. */
export function masked(text: string): string {
  return VARIABLE.reduce((result, [pattern, replacement]) => result.replaceAll(pattern, replacement), text);
}
