import assert from 'node:assert/strict';
import { runbookStatusSchema, type RunbookStatus } from '../../api/sei-node-runbook.ts';
import { afterRunbookEvent, type RunbookEvent } from '../../core/runbook/after-runbook-event.ts';
import { applyControl } from '../../core/runbook/apply-control.ts';
import { initialRunbookState, type RunbookState } from '../../core/runbook/runbook-state.ts';
import { nextRunbookStatus } from '../../core/runbook/runbook-status.ts';
import { runbookView } from '../../core/runbook/runbook-view.ts';

const START = Date.UTC(2026, 10, 28, 12);
const MINUTE = 60_000;

function begin(count: number): RunbookState {
  return initialRunbookState({
    rules: { maxUnavailable: 1, soakMs: 0, onFailure: 'Pause', maxFailures: 5_000 },
    nodes: Array.from({ length: count }, (_, index) => ({
      name: `node-${index}`,
      isValidator: true,
      power: `${10 + index}`,
    })),
    startedAtMs: START,
    generation: 1,
  });
}

/** The state after events, one a minute. */
const after = (state: RunbookState, ...events: readonly RunbookEvent[]): RunbookState =>
  events.reduce((next, event, index) => afterRunbookEvent(next, event, START + (index + 1) * MINUTE), state);
const start = (node: string): RunbookEvent => ({ type: 'started', node });
const pass = (node: string): RunbookEvent => ({
  type: 'ended',
  node,
  result: { state: 'passed', message: 'It is back.', heightBefore: 5, heightAfter: 30 },
});
const fail = (node: string, message = 'It is not.'): RunbookEvent => ({
  type: 'ended',
  node,
  result: { state: 'failed', reason: 'TaskFailed', message },
});

const statusOf = (state: RunbookState, current: RunbookStatus = {}, end?: 'Complete' | 'Failed' | 'Aborted') =>
  nextRunbookStatus(current, runbookView(state, START + 10 * MINUTE, end), { atMs: START + 10 * MINUTE });

const typesOf = (status: RunbookStatus | undefined): string[] =>
  (status?.conditions ?? []).map(({ type, status: value }) => `${type}=${value}`);

describe('the status of a runbook', () => {
  it('shows progress, the nodes at hand, heights, seconds and when it will be complete', () => {
    const view = runbookView(
      after(begin(4), start('node-0'), pass('node-0'), start('node-1'), {
        type: 'stepped',
        node: 'node-1',
        step: 'Gating',
      }),
      START + 4 * MINUTE,
    );
    assert.partialDeepStrictEqual(view, {
      phase: 'Running',
      progress: '1/4',
      current: 'node-1: Gating',
      counts: { total: 4, pending: 2, running: 1, complete: 1, failed: 0, skipped: 0 },
      estimatedCompletion: '2026-11-28T12:07:00Z',
      observedGeneration: 1,
    });
    assert.partialDeepStrictEqual(view.nodes?.[0], {
      name: 'node-0',
      phase: 'Complete',
      power: '10',
      tries: 1,
      heightBefore: 5,
      heightAfter: 30,
      seconds: 60,
    });
    assert.partialDeepStrictEqual(view.nodes?.[1], { phase: 'Running', step: 'Gating', since: '2026-11-28T12:04:00Z' });
  });

  it('is accepted by its own schema in every state', () => {
    const states = [
      begin(3),
      after(begin(3), start('node-0'), fail('node-0')),
      applyControl(begin(3), { id: '1', verb: 'skip', node: 'node-0', isFromSpec: true }, START).state,
      after(begin(3), {
        type: 'checked',
        node: 'node-0',
        obstacle: { reason: 'Guarded', message: 'At risk.' },
        guard: {
          verdict: 'QuorumAtRisk',
          height: '5',
          totalPower: '37',
          riskPower: '13',
          sources: ['a/b'],
          absent: [],
        },
      }),
    ];
    for (const state of states)
      for (const end of [undefined, 'Complete', 'Failed', 'Aborted'] as const)
        assert.deepEqual(runbookStatusSchema.strict().parse(statusOf(state, {}, end)), statusOf(state, {}, end));
  });

  it('lists a hundred nodes; of more only those at hand, with the last ten failures, below 200 kB at 2,000 nodes', () => {
    assert.equal(runbookView(begin(100), START).nodes?.length, 100);
    const long = 'x'.repeat(5_000);
    const large = begin(2_000);
    const failing = [
      'node-0',
      'node-1',
      'node-2',
      'node-3',
      'node-4',
      'node-5',
      'node-6',
      'node-7',
      'node-8',
      'node-9',
      'node-10',
    ];
    const state = after(
      {
        ...large,
        nodes: large.nodes.map((node, index) => (index < 100 ? node : { ...node, phase: 'Running', message: long })),
      },
      ...failing.flatMap((name) => [start(name), fail(name, long)]),
    );
    const status = statusOf(state);
    assert.equal(status?.nodes?.length, 100);
    assert.deepEqual(
      status.failures?.map(({ name }) => name),
      failing.slice(1),
    );
    assert.deepEqual(status.counts, { total: 2_000, pending: 89, running: 1_900, complete: 0, failed: 11, skipped: 0 });
    assert.ok(JSON.stringify(status).length < 200_000, `${JSON.stringify(status).length} characters`);
  });

  it('has Ready or Failed only at the end, and Paused and Progressing before', () => {
    assert.deepEqual(typesOf(statusOf(begin(2))), ['Progressing=True', 'Paused=False']);
    const paused = applyControl(begin(2), { id: '1', verb: 'pause' }, START).state;
    assert.deepEqual(typesOf(statusOf(paused)), ['Progressing=False', 'Paused=True']);
    const done = ['Progressing=False', 'Paused=False'];
    assert.deepEqual(typesOf(statusOf(begin(2), {}, 'Complete')), [...done, 'Ready=True', 'Finished=True']);
    assert.deepEqual(typesOf(statusOf(begin(2), {}, 'Aborted')), [...done, 'Failed=True', 'Finished=True']);
  });

  it('keeps the times of what did not change, and the workflow', () => {
    const earlier = {
      ...statusOf(begin(2)),
      phaseTransitionTime: '2026-11-28T11:00:00Z',
      startedAt: '2026-11-28T10:00:00Z',
      workflow: { id: 'seinoderunbook/a/b/c' },
    };
    const next = statusOf(after(begin(2), { type: 'checked', node: 'node-0' }), earlier);
    assert.partialDeepStrictEqual(next, {
      phaseTransitionTime: '2026-11-28T11:00:00Z',
      startedAt: '2026-11-28T10:00:00Z',
      workflow: { id: 'seinoderunbook/a/b/c' },
    });
  });

  it('never moves backwards, and never from its end', () => {
    const newer = statusOf(after(begin(2), start('node-0')));
    assert.equal(statusOf(begin(2), newer), undefined);
    const complete = statusOf(begin(2), {}, 'Complete');
    assert.equal(statusOf(after(begin(2), start('node-0')), complete), undefined);
    assert.deepEqual([complete?.completedAt, complete?.duration], ['2026-11-28T12:10:00Z', '10m0s']);
  });

  it('acknowledges the last command of spec.control alone', () => {
    const fromSpec = applyControl(begin(2), { id: 'spec-1', verb: 'resume', isFromSpec: true }, START).state;
    const state = applyControl(fromSpec, { id: 'cli-1', verb: 'pause' }, START).state;
    assert.partialDeepStrictEqual(statusOf(state)?.control, { id: 'spec-1', verb: 'resume', accepted: false });
  });
});
