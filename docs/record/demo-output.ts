import { withBlock } from './with-block.ts';

/** Chapters of which the short form shows every step, and those of which it shows the checks. */
const SHORT = { steps: [1], checks: [8, 9] };

/** What the demo prints, by chapter. */
export class DemoOutput {
  readonly #output: string;
  /** Each begins with its heading: `7  The rolling restart …`. */
  readonly #chapters: ReadonlyMap<number, readonly string[]>;

  constructor(output: string) {
    this.#output = output.trim();
    const parts = this.#output.split(/\n+(?=\d {2}\S)/).slice(1);
    this.#chapters = new Map(parts.map((part) => [Number(part[0]), part.split('\n')]));
  }

  /** A document with all of it between `<!-- demo -->` and `<!-- /demo -->`. @throws Error without a place for it. */
  inFull(document: string): string {
    return withBlock(document, 'demo', textBlock(this.#output));
  }

  /** A document with the short form at that place. @throws Error without a place, or without one of the chapters. */
  inShort(document: string): string {
    const { steps, checks } = SHORT;
    const parts = [...steps.map((number) => this.#stepsOf(number)), ...checks.map((number) => this.#checksOf(number))];
    return withBlock(document, 'demo', textBlock(parts.join('\n\n')));
  }

  /**
   * A document with the commands of chapters and what they printed: that of chapter 6 between `<!-- chapter 6 -->` and
   * `<!-- /chapter 6 -->`.
   *
   * @throws Error without one of the chapters.
   */
  commands(document: string): string {
    const places = [...document.matchAll(/<!-- (chapter (\d)) -->/g)];
    return places.reduce(
      (result, [, name = '', number]) => withBlock(result, name, consoleBlock(this.#commandsOf(Number(number)))),
      document,
    );
  }

  #commandsOf(number: number): string {
    const lines = this.#chapter(number).map((line) => line.replace(/^ {3}/, ''));
    const first = lines.findIndex((line) => line.startsWith('$ '));
    const checks = lines.findIndex(isCheck);
    return lines.slice(first, checks).join('\n').trim();
  }

  /** Heading, and what happened when. */
  #stepsOf(number: number): string {
    const [heading = '', ...lines] = this.#chapter(number);
    const first = lines.findIndex((line) => /^ +\d+\.\d s /.test(line));
    return [heading, ...lines.slice(first, lines.findIndex(isCheck))].join('\n').trimEnd();
  }

  #checksOf(number: number): string {
    const [heading = '', ...lines] = this.#chapter(number);
    return [heading, ...lines.filter(isCheck)].join('\n');
  }

  #chapter(number: number): readonly string[] {
    const chapter = this.#chapters.get(number);
    if (chapter === undefined) throw new Error(`The demo has no chapter ${number}`);
    return chapter;
  }
}

function isCheck(line: string): boolean {
  return /^ *[✓✗] /.test(line);
}

function textBlock(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

function consoleBlock(text: string): string {
  return `\`\`\`console\n${text}\n\`\`\``;
}
