import { clearScreenDown, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { widthOf } from './output.ts';
import type { CommandLine } from './runbook-choices.ts';
import { runbookLines } from './runbook-lines.ts';
import type { LineStyle } from './runbook-table.ts';
import { screenLines } from './wrapped.ts';

/** Times on the screen are whole seconds. */
const REDRAW_MS = 1_000;

const STYLES = { Pending: 'dim', Running: 'bold', Complete: 'green', Failed: 'red', Skipped: 'dim' } as const;

/**
 * A runbook as it is now: on a terminal one block that is drawn again in place, each second and at each change;
 * elsewhere a new block for each change.
 */
export class RunbookView implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #command: CommandLine;
  readonly #isTerminal: boolean;
  readonly #timer: NodeJS.Timeout | undefined;
  /** Lines on the screen that the next block replaces. */
  #drawn: readonly string[] = [];
  #runbook: SeiNodeRunbook | undefined;
  #shown = '';
  #problem = '';

  constructor(stream: NodeJS.WriteStream, command: CommandLine) {
    this.#stream = stream;
    this.#command = command;
    this.#isTerminal = stream.isTTY && process.env['TERM'] !== 'dumb';
    if (this.#isTerminal) this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  show(runbook: SeiNodeRunbook): void {
    this.#runbook = runbook;
    this.#problem = '';
    if (this.#isTerminal) return this.#draw();
    const facts = factsOf(runbook);
    if (facts === this.#shown) return;
    if (this.#shown !== '') this.#stream.write('\n');
    this.#shown = facts;
    const lines = runbookLines(runbook, { nowMs: Date.now(), command: this.#command, width: widthOf(this.#stream) });
    this.#stream.write(`${lines.join('\n')}\n`);
  }

  /** Shown until the next state. */
  showProblem(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (this.#isTerminal) this.#draw();
    else this.#stream.write(`Trying again: ${problem}\n`);
  }

  /** Lines below the block, which is not drawn again. */
  say(text: string): void {
    this[Symbol.dispose]();
    this.#stream.write(`${text}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #draw(): void {
    if (this.#runbook === undefined) return;
    const width = widthOf(this.#stream);
    const height = Math.max(1, (this.#stream.rows || 24) - 1);
    const problem = this.#problem === '' ? [] : ['', `Trying again: ${this.#problem}`];
    const lines = runbookLines(this.#runbook, {
      nowMs: Date.now(),
      command: this.#command,
      width,
      height: height - problem.length,
      style,
    });
    // One write, so that no screen in between is seen.
    this.#stream.cork();
    moveCursor(this.#stream, 0, -screenLines(this.#drawn, width));
    clearScreenDown(this.#stream);
    this.#drawn = fitting([...lines, ...problem], { width, height });
    this.#stream.write(this.#drawn.map((line) => `${line}\n`).join(''));
    this.#stream.uncork();
  }
}

const style: LineStyle = (line, phase) => styleText(STYLES[phase], line);

/** What fits on the screen: what has scrolled off it could not be replaced. */
function fitting(lines: readonly string[], { width, height }: { readonly width: number; readonly height: number }) {
  const kept = [...lines];
  while (kept.length > 1 && screenLines(kept, width) > height) kept.pop();
  return kept;
}

/** What has to differ for a new block: no times, and no numbers of a message that is otherwise the same. */
function factsOf({ status = {} }: SeiNodeRunbook): string {
  const { phase, reason, progress, message = '', control, nodes = [] } = status;
  const steps = nodes.map((node) => [node.name, node.phase, node.step, node.reason, node.tries]);
  return JSON.stringify([phase, reason, progress, message.replaceAll(/\d+/g, '0'), control?.id, steps]);
}
