import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import { RunbookView } from '../../cli/runbook-view.ts';
import { complete, gating, needsOperator, runbook, runbookStatus } from './made-up-runbook.ts';

/** In place of the control character. */
const ESCAPE = '␛';

/** What stands on a terminal of so many columns after what was written to it. */
class Screen extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  /** Lines that scrolled off the top. */
  scrolledOff = 0;
  #lines = [''];

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }

  /** Each line as it was written, without colours. */
  get lines(): readonly string[] {
    return this.#lines.slice(0, -1);
  }

  override _write(chunk: string, _encoding: unknown, done: () => void): void {
    for (const [part] of chunk.replaceAll('\u001B', ESCAPE).matchAll(/␛\[\d*[A-Z]|␛\[\d+(?:;\d+)*m|\n|[^␛\n]+/g))
      this.#part(part);
    done();
  }

  #part(part: string): void {
    const [, count, order] = /^␛\[(\d*)([A-Z])/.exec(part) ?? [];
    if (order === 'A') this.#lines = this.#lines.slice(0, this.#lines.length - this.#linesOf(Number(count || 1)));
    if (order === 'A') this.#lines.push('');
    else if (part === '\n') this.#lines.push('');
    else if (!part.startsWith(ESCAPE)) this.#lines[this.#lines.length - 1] += part;
    const height = this.#lines.reduce((sum, line) => sum + this.#height(line), 0);
    this.scrolledOff = Math.max(this.scrolledOff, height - this.rows);
  }

  /** How many written lines so many lines of the screen are, with the one of the cursor. */
  #linesOf(rows: number): number {
    let [left, lines] = [rows, 1];
    while (left > 0) {
      lines += 1;
      left -= this.#height(this.#lines.at(-lines) ?? '');
    }
    assert.equal(left, 0, 'moved into the middle of a line');
    return lines;
  }

  #height(line: string): number {
    return Math.max(1, Math.ceil(line.length / this.columns));
  }
}

/** What is read of a pipe. */
class Pipe extends Writable {
  readonly isTTY = false;
  text = '';

  override _write(chunk: Buffer, _encoding: unknown, done: () => void): void {
    this.text += String(chunk);
    done();
  }

  /** Phase of each block. */
  get phases(): string[] {
    return [...this.text.matchAll(/^Phase: +(\w+)/gm)].map(([, phase = '']) => phase);
  }
}

const command = (words: string, program = 'kubectl snt'): string => `${program} ${words} -n ${'arctic-1-'.repeat(6)}1`;

function show(stream: Screen | Pipe, ...statuses: readonly (RunbookStatus | undefined)[]): RunbookView {
  const view = new RunbookView(stream as unknown as NodeJS.WriteStream, command);
  for (const status of statuses) view.show(runbook(status));
  return view;
}

/** As the service writes it each time that the guard is evaluated. */
function guardedAt(height: number): RunbookStatus {
  return runbookStatus({
    phase: 'Waiting',
    reason: 'Guarded',
    message: `24 of 70 would be down at height ${height}.`,
    guard: { verdict: 'QuorumAtRisk', height: String(height) },
    estimatedCompletion: new Date(height).toISOString(),
  });
}

describe('a runbook that is watched', () => {
  describe('on a terminal', () => {
    let term: string | undefined;
    before(() => {
      term = process.env['TERM'];
      process.env['TERM'] = 'xterm';
    });
    after(() => {
      process.env['TERM'] = term;
    });

    for (const [columns, rows] of [
      [80, 60],
      [80, 24],
      [40, 20],
      [20, 5],
    ] as const)
      it(`is drawn again in place, and nothing scrolls off ${columns} columns and ${rows} lines`, () => {
        const alone = new Screen(columns, rows);
        const screen = new Screen(columns, rows);
        show(screen, undefined, gating, needsOperator, gating, complete)[Symbol.dispose]();
        show(alone, complete)[Symbol.dispose]();
        assert.deepEqual(screen.lines, alone.lines);
        assert.equal(screen.scrolledOff, 0);
      });

    it('keeps its last block above what is said at the end', () => {
      const screen = new Screen(80, 60);
      using view = show(screen, gating);
      const block = screen.lines;
      view.say('Interrupted.');
      assert.deepEqual(screen.lines, [...block, 'Interrupted.']);
    });

    it('shows a problem until the next state', () => {
      const screen = new Screen(80, 60);
      using view = show(screen, complete);
      const block = screen.lines;
      view.showProblem('no answer');
      assert.equal(screen.lines.at(-1), 'Trying again: no answer');
      view.show(runbook(complete));
      assert.deepEqual(screen.lines, block);
    });
  });

  describe('without a terminal', () => {
    it('has a new block for each change', () => {
      const pipe = new Pipe();
      show(pipe, undefined, gating, needsOperator, complete);
      assert.deepEqual(pipe.phases, ['Running', 'NeedsOperator', 'Complete']);
    });

    it('has one block while only heights, times and estimates differ', () => {
      const pipe = new Pipe();
      show(pipe, guardedAt(1204), guardedAt(1209), guardedAt(1213));
      assert.deepEqual(pipe.phases, ['Waiting']);
    });

    it('has a new block for a step of a node, and for an answer to a command', () => {
      const pipe = new Pipe();
      const control = { id: 'a', verb: 'pause', accepted: false, message: 'No.', at: '' };
      const restarting = runbookStatus({}, { 'validator-0': { phase: 'Running', step: 'Restarting' } });
      show(pipe, restarting, gating, { ...gating, control }, { ...gating, control });
      assert.equal(pipe.phases.length, 3);
      assert.ok(!pipe.text.includes('\u001B'));
    });
  });
});
