import { parseSync, Visitor, type Comment, type ParseResult, type StringLiteral } from 'oxc-parser';

/**
 * Text of the same length as a file, with the same lines, in which only what people read is left. What separates two
 * texts is NUL, which no pattern matches; what only wraps one text is spaces.
 */
type Prose = string;

const NOT_PROSE = /[^\s]/g;
/** `//`, `/*` and `/**`, the stars before the lines of a comment, and its end. */
const COMMENT_MARKS = /^\/\*+|^\/\/+|(?<=\n[^\S\n]*)\*(?!\/)|\*\/$/g;
/** Names and code within prose. */
const INLINE_CODE = /`[^`\n]+`/g;
const FENCE = /^(?<fence> *(?:```|~~~)).*\n[^]*?^\k<fence>.*$/gm;
/** What `npm run generate` and `npm run record-docs` write; the text is in the source that it is made from. */
const GENERATED = /^<!-- (?<name>[\w-]+) -->\n[^]*?^<!-- \/\k<name> -->$/gm;
const LINK_TARGET = /(?<=\])\([^)\n]+\)/g;

/** @param path - Decides by its ending: `.md`, else TypeScript. Throws when TypeScript cannot be parsed. */
export function proseOf(path: string, contents: string): Prose {
  return path.endsWith('.md') ? proseOfMarkdown(contents) : proseOfTypeScript(path, contents);
}

function proseOfMarkdown(contents: string): Prose {
  return [GENERATED, FENCE, INLINE_CODE, LINK_TARGET].reduce((text, part) => text.replace(part, hidden), contents);
}

function proseOfTypeScript(path: string, contents: string): Prose {
  const parsed = parseSync(path, contents);
  if (parsed.errors[0] !== undefined) throw new Error(`${path} cannot be parsed: ${parsed.errors[0].message}`);
  const prose = hidden(contents).split('');
  const show = (start: number, text: string): void => {
    for (let index = 0; index < text.length; index++) prose[start + index] = text.charAt(index);
  };
  const { texts, joints } = strings(parsed);
  for (const { start, end } of joints) show(start, spaces(contents.slice(start, end)));
  for (const { start, end } of texts) show(start, contents.slice(start, end));
  for (const comment of parsed.comments) show(comment.start, textOf(comment, contents));
  return prose.join('');
}

function textOf({ start, end }: Comment, contents: string): string {
  return contents.slice(start, end).replace(COMMENT_MARKS, spaces).replace(INLINE_CODE, hidden);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Text within its quotes. A string of one word is a name or a value, unless `+` makes it a part of a longer text. */
function strings({ program }: ParseResult): { readonly texts: Span[]; readonly joints: Span[] } {
  const texts: Span[] = [];
  const joints: Span[] = [];
  const add = (span: Span, text: string): void => {
    if (/\s/.test(text)) texts.push(span);
  };
  new Visitor({
    Literal: (node) => {
      if (isString(node)) add(within(node), node.value);
    },
    // From the quote or the brace before it to the one after it.
    TemplateElement: ({ start, value }) => add({ start: start + 1, end: start + 1 + value.raw.length }, value.raw),
    BinaryExpression: ({ operator, left, right }) => {
      const before = left.type === 'BinaryExpression' ? left.right : left;
      if (operator !== '+' || !isText(before) || !isText(right)) return;
      joints.push({ start: before.end - 1, end: right.start + 1 });
      texts.push(...[before, right].filter(isString).map(within));
    },
  }).visit(program);
  return { texts, joints };
}

type Node = { readonly type: string } & Span;

function isString(node: Node): node is StringLiteral {
  return node.type === 'Literal' && typeof (node as StringLiteral).value === 'string';
}

function isText(node: Node): boolean {
  return isString(node) || node.type === 'TemplateLiteral';
}

function within({ start, end }: Span): Span {
  return { start: start + 1, end: end - 1 };
}

function hidden(text: string): string {
  return text.replace(NOT_PROSE, '\0');
}

function spaces(text: string): string {
  return text.replace(NOT_PROSE, ' ');
}
