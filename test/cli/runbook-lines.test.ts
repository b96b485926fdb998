import assert from 'node:assert/strict';
import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import { runbookLines } from '../../cli/runbook-lines.ts';
import { complete, gating, needsOperator, NOW, runbook, runbookStatus } from './made-up-runbook.ts';

const command = (words: string, program = 'kubectl snt'): string => `${program} ${words} -n arctic-1`;

function linesOf(status: RunbookStatus | undefined, size: { width?: number; height?: number } = {}): string[] {
  return runbookLines(runbook(status), { nowMs: NOW, command, width: 80, ...size });
}

/** Of the line that begins with a label. */
function fact(lines: readonly string[], label: string): string | undefined {
  return lines
    .find((line) => line.startsWith(`${label}: `))
    ?.slice(label.length + 1)
    .trim();
}

function rowOf(lines: readonly string[], node: string): string[] | undefined {
  return lines
    .map((line) => line.trim().split(/ {2,}/))
    .find(([number, name]) => name === node && /^\d+$/.test(number ?? ''));
}

/** Verbs of the commands that are offered, in their order. */
function offered(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^ {4}(kubectl .*) -n arctic-1$/.exec(line)?.[1] ?? []);
}

function retryAndSkip(node: string): string[] {
  return ['retry', 'skip'].map((verb) => `kubectl snt runbook ${verb} restart-all ${node}`);
}

describe('what is shown of a runbook', () => {
  it('is phase, progress, the node at hand with its step, the numbers of the guard and the end', () => {
    const lines = linesOf(gating);
    assert.deepEqual(
      ['Runbook', 'Phase', 'Nodes', 'Current', 'Guard', 'Ends'].map((label) => fact(lines, label)),
      [
        'arctic-1/restart-all, chain arctic-1',
        'Running (RestartingNodes), started 5m12s ago',
        '3/10: 3 complete, 1 running, 6 pending',
        'validator-0: Gating for 12s',
        'Allowed, 1000 of 7000 power down (15%) at height 84210402, 2 sources',
        '2026-11-28T13:20:00Z, in about 10m0s',
      ],
    );
  });

  it('has a row for each node, in their order', () => {
    const lines = linesOf(gating);
    assert.deepEqual(rowOf(lines, 'full-1'), ['2', 'full-1', 'Complete', '84210407 +25', '42s']);
    assert.deepEqual(rowOf(lines, 'validator-0'), ['4', 'validator-0', 'Running', 'Gating', '1000', '84210470', '12s']);
    assert.deepEqual(rowOf(lines, 'archive-6'), ['10', 'archive-6', 'Pending', '1000']);
    const begin = lines.findIndex((line) => line.startsWith('#'));
    assert.equal(lines.length - begin - 1, 10);
  });

  it('has the reason, the try and the message of a node that failed', () => {
    const lines = linesOf(needsOperator, { width: Infinity });
    const [, , phase, state, ...rest] = rowOf(lines, 'validator-0') ?? [];
    assert.deepEqual([phase, state], ['Failed', 'GateTimeout, try 2']);
    assert.match(rest.at(-1) ?? '', /did not pass its gate within 30m0s\. Check the node\.$/);
  });

  for (const [what, status] of Object.entries({ gating, needsOperator, complete }))
    it(`fits into 80 columns: ${what}`, () => {
      for (const line of linesOf(status)) assert.ok(line.length <= 80, line);
    });

  it('says what is known of a runbook that no service has seen', () => {
    const lines = linesOf(undefined, { width: Infinity });
    assert.deepEqual(
      lines.map((line) => line.split(':')[0]),
      ['Runbook', 'Message'],
    );
  });

  it('shows no control characters that come from the cluster', () => {
    const hostile = '\u001B[2Jx\u202E';
    const lines = linesOf(
      runbookStatus(
        {
          message: hostile,
          current: hostile,
          control: { id: hostile, verb: hostile, accepted: true, message: hostile, at: '' },
        },
        { 'full-0': { name: hostile, message: hostile, phase: 'Failed', reason: hostile, power: hostile } },
      ),
    );
    assert.doesNotMatch(lines.join('\n'), /[^\P{Cc}\n]|\p{Bidi_Control}/u);
  });

  describe('where there are too few lines', () => {
    it('keeps failed nodes, nodes at hand and the next ones, and counts the others', () => {
      const status = runbookStatus(
        {},
        { 'full-1': { phase: 'Failed' }, 'validator-3': { phase: 'Running', step: 'Gating' } },
      );
      const lines = linesOf(status, { height: 12 });
      assert.equal(lines.length, 12);
      const names = lines.flatMap((line) => /^ *\d+ +(\S+)/.exec(line)?.[1] ?? []);
      assert.deepEqual(names, ['full-1', 'validator-0', 'validator-3']);
      assert.match(lines.at(-1) ?? '', /^… and 7 more: 5 Pending, 2 Complete$/);
    });

    it('shortens messages before it leaves out the node that failed', () => {
      const lines = linesOf(needsOperator, { height: 21 });
      assert.equal(lines.length, 21);
      assert.ok(lines.some((line) => line.includes('validator-0   Failed     GateTimeout')));
    });

    it('keeps every choice of the operator', () => {
      const lines = linesOf(needsOperator, { height: 22 });
      assert.ok(lines.length <= 22);
      assert.deepEqual(offered(lines), offered(linesOf(needsOperator)));
    });
  });

  it('shows the last failure of a runbook that is too large to list its nodes', () => {
    const counts = { total: 500, pending: 480, running: 0, complete: 18, failed: 2, skipped: 0 };
    const failures = ['a-1', 'b-2'].map((name) => ({ name, reason: 'NodeGone', message: 'Gone.', at: '' }));
    const lines = linesOf({ ...needsOperator, nodes: [], counts, failures });
    assert.equal(fact(lines, 'Failure'), 'b-2: NodeGone: Gone.');
    assert.ok(offered(lines).includes('kubectl snt runbook retry restart-all NODE'));
  });
});

describe('what an operator is offered', () => {
  const abort = 'kubectl snt runbook abort restart-all';
  const resume = 'kubectl snt runbook resume restart-all';
  const twoFailed = runbookStatus(
    { phase: 'NeedsOperator', reason: 'NodesFailed' },
    { 'full-1': { phase: 'Failed' }, 'full-2': { phase: 'Failed' } },
  );
  const offers: readonly (readonly [RunbookStatus | undefined, readonly string[]])[] = [
    [undefined, []],
    [gating, []],
    [complete, []],
    [runbookStatus({ phase: 'Waiting', reason: 'Guarded' }), []],
    [runbookStatus({ phase: 'Paused', reason: 'PausedByOperator' }), [resume, abort]],
    [runbookStatus({ phase: 'Paused', reason: 'CanaryPassed' }), [resume, abort]],
    [runbookStatus({ phase: 'Paused', reason: 'ChainHalted' }), [resume, abort]],
    [
      runbookStatus({ phase: 'Paused', reason: 'PausedBySpec' }),
      [`kubectl patch seinoderunbook restart-all --type merge -p '{"spec":{"paused":false}}'`, abort],
    ],
    [needsOperator, [...retryAndSkip('validator-0'), resume, abort]],
    [twoFailed, [...retryAndSkip('full-1'), ...retryAndSkip('full-2'), resume, abort]],
  ];
  for (const [status, commands] of offers)
    it(`is ${commands.length} commands while the runbook is ${status?.phase} (${status?.reason})`, () => {
      assert.deepEqual(offered(linesOf(status)), commands);
    });
});
