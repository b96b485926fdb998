import { styleText } from 'node:util';
import { widthOf } from './output.ts';
import { elapsedText, taskFacts } from './task-facts.ts';
import type { Task } from './task.ts';
import { wrapped } from './wrapped.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Of what continues a line. */
const INDENT = '    ';
const CLEAR_LINE = '\r\u001B[K';
const MARKS: Readonly<Record<string, string>> = { Complete: styleText('green', '✔ '), Failed: styleText('red', '✖ ') };

/** A line for each change of a task and, on a terminal, a last line that moves until the view is disposed of. */
export class LiveView implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #isTerminal: boolean;
  readonly #timer: NodeJS.Timeout | undefined;
  #task: Task | undefined;
  #told = '';
  #problem = '';
  #frame = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#isTerminal = stream.isTTY && process.env['TERM'] !== 'dumb';
    if (this.#isTerminal) this.#timer = setInterval(() => this.#draw(), FRAME_MS);
  }

  show(task: Task): void {
    this.#task = task;
    this.#problem = '';
    const { phase, reason, step, message } = taskFacts(task);
    const facts = [phase || 'New', step || reason, message].filter((fact) => fact !== '').join('  ');
    if (facts === this.#told) return;
    this.#told = facts;
    const mark = this.#isTerminal ? (MARKS[phase] ?? '  ') : '';
    this.say(
      wrapped(`${mark}${elapsedText(task, Date.now()) || '0s'}  ${facts}`, widthOf(this.#stream) - INDENT.length).join(
        `\n${INDENT}`,
      ),
    );
  }

  /** Told once until the next state. */
  showProblem(problem: string): void {
    if (problem !== this.#problem) this.say(`Trying again: ${problem}`);
    this.#problem = problem;
  }

  /** Lines of their own. */
  say(text: string): void {
    this.#stream.write(`${this.#isTerminal ? CLEAR_LINE : ''}${text}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) this.#stream.write(CLEAR_LINE);
  }

  #draw(): void {
    if (this.#task === undefined) return;
    this.#frame = (this.#frame + 1) % FRAMES.length;
    const { step, phase } = taskFacts(this.#task);
    const line = `${FRAMES[this.#frame]} ${step || phase || 'New'}  ${elapsedText(this.#task, Date.now())}`;
    this.#stream.write(CLEAR_LINE + line.slice(0, widthOf(this.#stream) - 1));
  }
}
