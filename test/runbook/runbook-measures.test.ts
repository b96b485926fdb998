import assert from 'node:assert/strict';
import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { runbookCensus, runbookSeconds } from '../../core/runbook/runbook-measures.ts';
import { timestamp } from '../../lib/timestamp.ts';

const NOW_MS = Date.UTC(2026, 10, 28, 12);
const ago = (seconds: number): string => timestamp(NOW_MS - 1_000 * seconds);

function runbook(status?: Partial<RunbookStatus>): SeiNodeRunbook {
  const metadata = { name: 'r', namespace: 'n', uid: 'u', creationTimestamp: ago(9_000) };
  return {
    metadata,
    ...(status === undefined ? {} : { status: { startedAt: ago(8_000), ...status } }),
  } as SeiNodeRunbook;
}

/** What is not 0. */
function census(...runbooks: readonly SeiNodeRunbook[]): readonly [phases: string[], withoutProgress: string[]] {
  const { counts, withoutProgress } = runbookCensus(runbooks, NOW_MS);
  return [
    counts.filter(({ count }) => count > 0).map(({ phase, count }) => `${phase} ${count}`),
    withoutProgress.filter(({ seconds }) => seconds > 0).map(({ reason, seconds }) => `${reason} ${seconds}`),
  ];
}

describe('the census of runbooks', () => {
  it('has every phase and every reason, with 0 when there is none', () => {
    const { counts, withoutProgress } = runbookCensus([], NOW_MS);
    assert.ok(counts.length === 8 && counts.every(({ count }) => count === 0));
    assert.ok(withoutProgress.length > 10 && withoutProgress.every(({ seconds }) => seconds === 0));
  });

  it('counts one without a status as Planning, since it was created', () => {
    assert.deepEqual(census(runbook()), [['Planning 1'], ['Planning 9000']]);
  });

  it('takes the last change of phase or of the step of a node for progress', () => {
    const nodes: RunbookStatus['nodes'] = [
      { name: 'a', phase: 'Complete', since: ago(600) },
      { name: 'b', phase: 'Running', step: 'Gating', since: ago(120) },
      { name: 'c', phase: 'Pending' },
    ];
    const status = { phase: 'Running', reason: 'RestartingNodes', phaseTransitionTime: ago(700) } as const;
    assert.deepEqual(census(runbook({ ...status, nodes })), [['Running 1'], ['RestartingNodes 120']]);
    assert.deepEqual(census(runbook(status))[1], ['RestartingNodes 700']);
  });

  it('shows the longest by reason', () => {
    const guarded = [10, 30, 20].map((seconds) =>
      runbook({ phase: 'Waiting', reason: 'Guarded', phaseTransitionTime: ago(seconds) }),
    );
    assert.deepEqual(census(...guarded), [['Waiting 3'], ['Guarded 30']]);
  });

  const silent: readonly Partial<RunbookStatus>[] = [
    { phase: 'Waiting', reason: 'OutsideWindow' },
    { phase: 'Waiting', reason: 'Soaking' },
    { phase: 'Paused', reason: 'PausedByOperator' },
    { phase: 'Paused', reason: 'CanaryPassed' },
    { phase: 'NeedsOperator', reason: 'NodesFailed' },
    { phase: 'Complete', reason: 'RunbookComplete' },
    { phase: 'Failed', reason: 'NodesFailed' },
    { phase: 'Aborted', reason: 'AbortedByOperator' },
  ];
  for (const status of silent)
    it(`expects no progress in phase ${status.phase} with reason ${status.reason}`, () =>
      assert.deepEqual(census(runbook(status))[1], []));

  it('expects progress on a halted chain', () => {
    assert.deepEqual(census(runbook({ phase: 'Paused', reason: 'ChainHalted' }))[1], ['ChainHalted 8000']);
  });
});

describe('the duration of a runbook', () => {
  it('is known when it has ended', () => {
    assert.equal(runbookSeconds({ phase: 'Failed', startedAt: ago(90), completedAt: ago(30) }), 60);
    assert.equal(runbookSeconds({ phase: 'Running', startedAt: ago(90) }), undefined);
    assert.equal(runbookSeconds({ phase: 'Complete', completedAt: ago(30) }), undefined);
  });
});
