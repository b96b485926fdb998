import assert from 'node:assert/strict';
import type { PollHeartbeat, PollRequest, Polled } from '../../core/activities.ts';
import type { Attempt } from '../../activities/attempt.ts';
import { SidecarError } from '../../activities/errors.ts';
import { TaskPoll, type PollDependencies } from '../../activities/poll-task.ts';
import type { SidecarTask } from '../../api/sidecar/sidecar-task.ts';
import { planTask } from '../../core/task-plan.ts';
import { LATE_POST_MS, LOST_MS } from '../../core/knowledge.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { checkedPayloads } from '../api/payload-examples.ts';

const MINUTE_MS = 60_000;
const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const RUNNING = { id: 'id', type: 'gov-vote', status: 'running' } as SidecarTask;
/** What a sidecar without an answer gives. */
const SILENT = new SidecarError('SIDECAR_UNREACHABLE', 'connect ECONNREFUSED');

/** Time passes only in pauses. */
class FakeAttempt {
  nowMs = 0;
  readonly heartbeatTimeoutMs = 10_000;
  readonly signal = new AbortController().signal;
  readonly heartbeats: PollHeartbeat[] = [];
  /** What no heartbeat has to say. */
  assumed: PollHeartbeat | undefined;
  /** The last heartbeat of an earlier attempt. */
  readonly earlier: PollHeartbeat | undefined;

  constructor(earlier?: PollHeartbeat) {
    this.earlier = earlier;
  }

  get elapsedMs(): number {
    return this.nowMs;
  }

  assume(details: PollHeartbeat): void {
    this.assumed = details;
  }

  heartbeat(details: PollHeartbeat): void {
    this.heartbeats.push(details);
  }

  async sleep(milliseconds: number): Promise<void> {
    this.nowMs += milliseconds;
  }

  leave(error: unknown): never {
    throw error;
  }
}

function planOf(kind: 'GovVote' | 'AwaitNodesAtHeight') {
  const planned = planTask(
    kind,
    { node, payload: checkedPayloads[kind] },
    { workflowId: 'w', firstRunId: 'r', cluster: 'c' },
  );
  return 'plan' in planned ? planned.plan : assert.fail(planned.verdict.message);
}

interface Poll {
  readonly polled: Polled;
  readonly tookMs: number;
  readonly heartbeats: readonly PollHeartbeat[];
  readonly assumed: PollHeartbeat | undefined;
  readonly recorded: RecordedLog;
  /** When the height was read. */
  readonly heightsAtMs: readonly number[];
}

/** @param answer - Of the sidecar after so many milliseconds; `undefined`: it does not know the task. */
async function poll(
  answer: (afterMs: number) => SidecarTask | SidecarError | undefined,
  {
    inFlight = 0,
    ...more
  }: Partial<PollRequest> & {
    readonly earlier?: PollHeartbeat | undefined;
    /** Polls in addition to this one. */
    readonly inFlight?: number;
  } = {},
): Promise<Poll> {
  const heightsAtMs: number[] = [];
  const attempt = new FakeAttempt(more.earlier);
  const recorded = new RecordedLog();
  const sidecar = {
    getTask: async () => {
      const given = answer(attempt.nowMs);
      if (given instanceof SidecarError) throw given;
      return given;
    },
    isAlive: async () => true,
  };
  const dependencies = {
    sidecar,
    rpc: {
      latestHeight: async () => {
        heightsAtMs.push(attempt.nowMs);
        return 7;
      },
    },
    polls: { inFlight },
    log: recorded.log,
  } as unknown as PollDependencies;
  const request: PollRequest = {
    plan: planOf('GovVote'),
    request: { type: 'gov-vote' },
    knowledge: { sent: 'yes', seen: 'running' },
    waitedMs: 0,
    cancelled: false,
    ...more,
  };
  const polled = await new TaskPoll(dependencies, request, attempt as unknown as Attempt<PollHeartbeat>).run();
  const { nowMs: tookMs, heartbeats, assumed } = attempt;
  return { polled, tookMs, heartbeats, assumed, recorded, heightsAtMs };
}

const within =
  (durationMs: number) =>
  (afterMs: number): SidecarTask => ({ ...RUNNING, status: afterMs < durationMs ? 'running' : 'completed' });

describe('a task whose earlier worker was lost', () => {
  const earlier: PollHeartbeat = { taskId: 'id', sent: 'yes', seen: 'running', polls: 2_000 };

  it('is polled at once, and not after the interval that its long wait has reached', async () => {
    const { polled, tookMs } = await poll(() => ({ ...RUNNING, status: 'completed' }), {
      waitedMs: 60 * MINUTE_MS,
      earlier,
    });
    assert.deepEqual([polled.state, tookMs], ['completed', 0]);
  });

  it('keeps the number of its polls', async () => {
    const { heartbeats } = await poll((afterMs) => ({ ...RUNNING, status: afterMs === 0 ? 'running' : 'completed' }), {
      earlier,
    });
    assert.deepEqual(
      heartbeats.map(({ polls }) => polls),
      [2_001],
    );
  });
});

describe('a task that its sidecar has accepted', () => {
  it('is not told to Temporal once more as long as nothing is new', async () => {
    const { assumed, heartbeats } = await poll(within(1));
    const { polls: _, ...first } = heartbeats[0] ?? assert.fail('no heartbeat');
    assert.deepEqual(assumed, { ...first, polls: 0 });
  });
});

describe('an image that was set already when its task came to set it', () => {
  it('is not looked for: others may have set another one since', async () => {
    const knowledge = { sent: 'no', seen: 'completed' } as const;
    const { polled } = await poll(() => assert.fail('the place was asked'), { knowledge });
    assert.deepEqual(polled, { state: 'completed', already: true, knowledge });
  });
});

describe('a task that the sidecar accepted and no longer knows', () => {
  it('is lost after ten minutes when nothing else ends it', async () => {
    const { polled, tookMs, heartbeats } = await poll(() => undefined);
    assert.deepEqual(polled, { state: 'lost', knowledge: { sent: 'yes', seen: 'absent' } });
    assert.ok(tookMs >= LOST_MS && tookMs < LOST_MS + MINUTE_MS, `${tookMs}`);
    assert.equal(LOST_MS, 10 * MINUTE_MS);
    assert.deepEqual([heartbeats.at(-1)?.sent, heartbeats.at(-1)?.seen], ['yes', 'absent']);
  });

  it('is not lost while the sidecar does not answer', async () => {
    const { polled, tookMs, recorded } = await poll((afterMs) => (afterMs < 30 * MINUTE_MS ? SILENT : undefined));
    assert.deepEqual(recorded.codes, ['SIDECAR_UNREACHABLE', 'SIDECAR_TASK_UNKNOWN'], 'one line each, not one a poll');
    assert.equal(polled.state, 'lost');
    assert.ok(tookMs >= 30 * MINUTE_MS + LOST_MS, `${tookMs}`);
  });

  it('is not lost when the sidecar knows it again: the ten minutes start again', async () => {
    const isThere = (afterMs: number): boolean => afterMs >= 9 * MINUTE_MS && afterMs < 11 * MINUTE_MS;
    const { polled, tookMs, recorded } = await poll((afterMs) => (isThere(afterMs) ? RUNNING : undefined));
    assert.deepEqual(recorded.events, ['TaskProblem', 'TaskContinues']);
    assert.equal(polled.state, 'lost');
    assert.ok(tookMs >= 11 * MINUTE_MS + LOST_MS, `${tookMs}`);
  });

  it('is lost after ten minutes of answers, however many attempts they took', async () => {
    const { heartbeats } = await poll(() => undefined, { remainingMs: 9 * MINUTE_MS });
    const { polled, tookMs } = await poll(() => undefined, { earlier: heartbeats.at(-1) });
    assert.equal(polled.state, 'lost');
    assert.ok(tookMs >= MINUTE_MS && tookMs < 2 * MINUTE_MS, `${tookMs}`);
  });

  it('is not lost because of the time in which the sidecar did not answer', async () => {
    const isSilent = (afterMs: number): boolean => afterMs >= 5 * MINUTE_MS && afterMs < 25 * MINUTE_MS;
    const { polled, tookMs } = await poll((afterMs) => (isSilent(afterMs) ? SILENT : undefined));
    assert.equal(polled.state, 'lost');
    assert.ok(tookMs >= 20 * MINUTE_MS + LOST_MS - MINUTE_MS, `${tookMs}`);
  });

  it('ends at its deadline when it has one, however long the sidecar did not know it', async () => {
    const { polled, tookMs } = await poll(() => undefined, { remainingMs: 20 * MINUTE_MS });
    assert.deepEqual(polled, { state: 'deadline', knowledge: { sent: 'yes', seen: 'absent' } });
    assert.equal(tookMs, 20 * MINUTE_MS);
  });

  it('is not watched without limit when it was cancelled', async () => {
    const { polled, tookMs } = await poll(() => undefined, { cancelled: true, remainingMs: 10 * MINUTE_MS });
    assert.equal(polled.state, 'deadline');
    assert.equal(tookMs, 10 * MINUTE_MS);
  });

  const cancelled = { cancelled: true, knowledge: { sent: 'perhaps' } } as const;
  it('ends once a POST can no longer arrive when it was cancelled and is not known to have been sent', async () => {
    const { polled, tookMs } = await poll(() => undefined, cancelled);
    assert.deepEqual(polled, { state: 'absent', knowledge: { sent: 'perhaps', seen: 'absent' } });
    assert.ok(tookMs >= LATE_POST_MS && tookMs < 2 * LATE_POST_MS, `${tookMs}`);
  });

  it('is watched to its end when its POST arrives after it was cancelled', async () => {
    const { polled } = await poll(
      (afterMs) => (afterMs < LATE_POST_MS / 2 ? undefined : { ...RUNNING, status: 'completed' }),
      cancelled,
    );
    assert.deepEqual([polled.state, polled.knowledge.sent], ['completed', 'yes']);
  });

  it('is lost also when it only waits, so that it can be taken off', async () => {
    const { polled } = await poll(() => undefined, { plan: planOf('AwaitNodesAtHeight') });
    assert.equal(polled.state, 'lost');
  });
});

describe('a wait', () => {
  const pauses: readonly (readonly [inFlight: number, seconds: number])[] = [
    [0, 30],
    [999, 120],
    [4_999, 600],
  ];
  for (const [inFlight, seconds] of pauses) {
    it(`with ${inFlight} others reads the height again after ${seconds} s`, async () => {
      const { heightsAtMs } = await poll(within(20 * MINUTE_MS), {
        plan: planOf('AwaitNodesAtHeight'),
        request: { type: 'await-condition' },
        inFlight,
      });
      const [first = NaN, second = NaN] = heightsAtMs;
      // It is read at the first poll after the pause.
      const atPoll = second - first - seconds * 1_000;
      assert.ok(atPoll >= 0 && atPoll <= 10_000, heightsAtMs.join());
    });
  }

  const begun = {
    plan: planOf('AwaitNodesAtHeight'),
    request: { type: 'await-condition' },
    canPollAgain: true,
  } as const;
  it('is to be polled again with a longer heartbeat timeout when many others have begun', async () => {
    const { polled } = await poll(within(MINUTE_MS), { ...begun, inFlight: 999 });
    assert.deepEqual(polled, { state: 'interrupted', inFlight: 1_000, knowledge: { sent: 'yes', seen: 'running' } });
  });

  const goesOn: readonly (readonly [what: string, more: Parameters<typeof poll>[1]])[] = [
    ['among few', { ...begun, inFlight: 500 }],
    ['with an execution time', { ...begun, inFlight: 9_999, remainingMs: 2 * MINUTE_MS }],
    ['of a workflow that does not know that', { ...begun, inFlight: 9_999, canPollAgain: false }],
    ['that was cancelled', { ...begun, inFlight: 9_999, cancelled: true }],
  ];
  for (const [what, more] of goesOn)
    it(`${what} is polled to its end`, async () => {
      const { polled } = await poll(within(MINUTE_MS), more);
      assert.equal(polled.state, 'completed');
    });

  it('that its sidecar does not know is polled until it counts as lost', async () => {
    const { polled } = await poll(() => undefined, { ...begun, inFlight: 9_999 });
    assert.equal(polled.state, 'lost');
  });
});
