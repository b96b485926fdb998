import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { Attempt } from '../../activities/attempt.ts';
import type { TargetDependencies } from '../../activities/check-target.ts';
import { TaskDispatch } from '../../activities/dispatch-task.ts';
import { SidecarError } from '../../activities/errors.ts';
import type { SidecarTask } from '../../api/sidecar/sidecar-task.ts';
import type { DispatchHeartbeat, DispatchRequest } from '../../core/activities.ts';
import { planTask } from '../../core/task-plan.ts';
import { KubernetesConnectionError } from '../../kubernetes/errors.ts';
import { RecordedLog } from '../support/recorded-log.ts';

const planned = planTask(
  'RestartSeid',
  { node: { namespace: 'arctic-1', name: 'syncer-0-0' }, payload: {} },
  { workflowId: 'w', firstRunId: 'r', cluster: 'c' },
);
const plan = 'plan' in planned ? planned.plan : assert.fail(planned.verdict.message);
const RUNNING: SidecarTask = { id: plan.task.taskId, status: 'running' };
const mirrorTo = { namespace: 'arctic-1', name: 'restart', uid: 'u' };

/** @param request - Replaces parts of that of a restart with a resource, of which nothing was sent. */
function dispatchOf(dependencies: object, attempt: object, request: Partial<DispatchRequest> = {}): TaskDispatch {
  return new TaskDispatch(
    {
      log: new RecordedLog().log,
      events: { record: async () => undefined },
      ...dependencies,
    } as unknown as TargetDependencies,
    {
      plan: { ...plan, task: { ...plan.task, mirrorTo } },
      request: { type: 'restart-seid' },
      knowledge: { sent: 'no' },
      ...request,
    },
    attempt as unknown as Attempt<DispatchHeartbeat>,
  );
}

describe('a dispatch whose worker is paused between the heartbeat that Temporal accepted and the POST', () => {
  afterEach(() => mock.restoreAll());

  it('asks the sidecar again, and does not send what another attempt has sent', async () => {
    let nowMs = 0;
    mock.method(performance, 'now', () => nowMs);
    let atSidecar: SidecarTask | undefined;
    const posted: unknown[] = [];
    const recorded = new RecordedLog();
    const sidecar = {
      getTask: async () => atSidecar,
      isAlive: async () => true,
      listTasks: async () => [],
      postTask: async (_node: unknown, task: unknown) => (posted.push(task), 'accepted'),
    };
    const attempt = {
      nowMs: 0,
      elapsedMs: 0,
      isCancelled: false,
      signal: new AbortController().signal,
      assume: () => undefined,
      heartbeat: () => undefined,
      sleep: async () => undefined,
      confirm: async () => {
        nowMs += 60_000;
        atSidecar = RUNNING;
        return true;
      },
    };
    const dispatch = dispatchOf({ sidecar, log: recorded.log }, attempt, { plan });
    const { state, knowledge } = await dispatch.run();
    assert.deepEqual(posted, []);
    assert.deepEqual([state, knowledge.sent], ['running', 'yes']);
    assert.deepEqual(recorded.events, ['TaskSending', 'TaskFound']);
  });
});

describe('a dispatch to a sidecar that answers too slowly', () => {
  afterEach(() => mock.restoreAll());

  it('says so, and ends when the execution time is over', async () => {
    let nowMs = 0;
    mock.method(performance, 'now', () => nowMs);
    const slowly =
      <Answer>(answer: Answer) =>
      async (): Promise<Answer> => {
        nowMs += 3_000;
        return await Promise.resolve(answer);
      };
    const recorded = new RecordedLog();
    const sidecar = {
      getTask: slowly(undefined),
      isAlive: slowly(true),
      listTasks: slowly([]),
      postTask: async () => assert.fail('what was looked at is old'),
    };
    const attempt = {
      get nowMs() {
        return nowMs;
      },
      elapsedMs: 0,
      isCancelled: false,
      signal: new AbortController().signal,
      assume: () => undefined,
      heartbeat: () => undefined,
      sleep: async (milliseconds: number) => void (nowMs += milliseconds),
    };
    const { state, knowledge, begun } = await dispatchOf({ sidecar, log: recorded.log }, attempt, { plan }).run();
    assert.deepEqual([state, knowledge.sent], ['late', 'no']);
    assert.ok((begun?.elapsedMs ?? 0) >= (plan.timeoutMs ?? 0));
    const [problem] = recorded.of('TaskProblem');
    assert.equal((problem?.error as SidecarError | undefined)?.code, 'SIDECAR_CALL_TIMEOUT');
  });
});

describe('a dispatch that is repeated, and cancelled before the sidecar answers', () => {
  const begun = { metadata: mirrorTo, status: { task: { id: plan.task.taskId } } };

  /** What it knows at its end, after the heartbeats of the attempt before said that nothing was sent. */
  async function knownAfter(world: {
    readonly isAfterLoss: boolean;
    readonly resource?: object | undefined;
    readonly hasResource?: boolean;
    readonly isAway?: boolean;
    readonly hasBeaten?: boolean;
  }): Promise<string> {
    const { isAfterLoss, resource, hasResource = true, isAway = false, hasBeaten = true } = world;
    const told: DispatchHeartbeat[] = [];
    const attempt = {
      nowMs: 0,
      elapsedMs: 0,
      isAfterLoss,
      isCancelled: true,
      signal: new AbortController().signal,
      ...(hasBeaten && { earlier: { taskId: plan.task.taskId, sent: 'no' } }),
      assume: () => undefined,
      heartbeat: (details: DispatchHeartbeat) => told.push(details),
      sleep: async () => undefined,
    };
    const tasks = {
      get: async () => (isAway ? assert.fail('the API server is away') : resource),
    };
    const sidecar = { getTask: async () => assert.fail('no answer') };
    const dispatch = dispatchOf({ sidecar, tasks }, attempt, hasResource ? {} : { plan });
    const { state, knowledge } = await dispatch.run();
    assert.equal(state, 'cancelled');
    assert.deepEqual(
      told.map(({ sent }) => sent),
      knowledge.sent === 'no' ? [] : ['perhaps'],
    );
    return knowledge.sent;
  }

  const cases: Readonly<Record<string, readonly [world: Parameters<typeof knownAfter>[0], sent: string]>> = {
    'knows that nothing was sent after an attempt that said so itself': [{ isAfterLoss: false, resource: begun }, 'no'],
    'knows that nothing was sent where the status does not have the task': [
      { isAfterLoss: true, resource: { metadata: mirrorTo } },
      'no',
    ],
    'knows that nothing was sent after an attempt without a heartbeat': [
      { isAfterLoss: true, resource: begun, hasBeaten: false },
      'no',
    ],
    'counts it as perhaps sent where the status has the task': [{ isAfterLoss: true, resource: begun }, 'perhaps'],
    'counts it as perhaps sent where the resource is gone': [{ isAfterLoss: true, resource: undefined }, 'perhaps'],
    'counts it as perhaps sent where another resource has the name': [
      { isAfterLoss: true, resource: { metadata: { ...mirrorTo, uid: 'other' } } },
      'perhaps',
    ],
    'counts it as perhaps sent where the status cannot be read': [{ isAfterLoss: true, isAway: true }, 'perhaps'],
    'counts it as perhaps sent where there is no resource': [{ isAfterLoss: true, hasResource: false }, 'perhaps'],
  };
  for (const [what, [world, sent]] of Object.entries(cases))
    it(what, async () => assert.equal(await knownAfter(world), sent));
});

describe('a dispatch that is repeated while the API server does not answer', () => {
  it('waits for what the status says, and spends no execution time on it', async () => {
    let nowMs = 0;
    let isAway = true;
    const stop = new AbortController();
    const attempt = {
      get nowMs() {
        return nowMs;
      },
      elapsedMs: 0,
      isAfterLoss: true,
      get isCancelled() {
        return stop.signal.aborted;
      },
      signal: stop.signal,
      earlier: { taskId: plan.task.taskId, sent: 'no' },
      assume: () => undefined,
      heartbeat: () => undefined,
      sleep: async (milliseconds: number) => {
        nowMs += milliseconds;
        isAway = nowMs < 2 * 600_000;
      },
    };
    const away = new KubernetesConnectionError('connect ECONNREFUSED', { sent: 'no' });
    const sidecar = {
      getTask: async () => {
        stop.abort();
        return undefined;
      },
      isAlive: async () => true,
    };
    const tasks = { get: async () => (isAway ? Promise.reject(away) : { metadata: mirrorTo }) };
    const statuses = { write: async () => Promise.reject(away) };
    const dispatch = dispatchOf({ sidecar, tasks, statuses }, attempt);
    const { state, knowledge, begun } = await dispatch.run();
    assert.deepEqual([state, knowledge.sent, begun], ['cancelled', 'no', undefined]);
  });
});

describe('a dispatch that is repeated after one that may have sent the task', () => {
  it('does not go back to the queue, whose timeout says that nothing was sent', async () => {
    const task = { id: plan.task.taskId, executionStartedAt: '1970-01-01T00:00:00Z' };
    const attempt = {
      nowMs: 60_000,
      elapsedMs: 60_000,
      isAfterLoss: true,
      isCancelled: true,
      signal: new AbortController().signal,
      earlier: { taskId: plan.task.taskId, sent: 'no' },
      assume: () => undefined,
      heartbeat: () => undefined,
      sleep: async () => undefined,
    };
    const sidecar = {
      getTask: async () => undefined,
      isAlive: async () => true,
      listTasks: async () => [{ id: 'other', type: 'restart-seid', status: 'running' }],
    };
    const tasks = { get: async () => ({ metadata: mirrorTo, status: { task } }) };
    const dispatch = dispatchOf({ sidecar, tasks }, attempt);
    const { state, knowledge, begun } = await dispatch.run();
    assert.deepEqual([state, knowledge.sent, begun?.elapsedMs], ['cancelled', 'perhaps', 60_000]);
  });
});

/**
 * @param looks - What the sidecar answers, one after the other; the last one again and again.
 * @param written - What comes of a status write.
 */
async function dispatched({
  looks,
  written,
  ...more
}: Partial<DispatchRequest> & {
  readonly looks: readonly (SidecarTask | SidecarError | undefined)[];
  readonly written: object;
  readonly earlier?: DispatchHeartbeat;
}) {
  const { earlier, ...request } = more;
  const posted: unknown[] = [];
  const answers = [...looks];
  const attempt = {
    nowMs: Date.parse('2026-01-01T01:00:00Z'),
    elapsedMs: 0,
    isAfterLoss: earlier !== undefined,
    isCancelled: false,
    signal: new AbortController().signal,
    earlier,
    assume: () => undefined,
    heartbeat: () => undefined,
    confirm: async () => true,
    sleep: async () => undefined,
  };
  const sidecar = {
    getTask: async () => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof SidecarError) throw answer;
      return answer;
    },
    isAlive: async () => true,
    listTasks: async () => [],
    postTask: async (_node: unknown, task: unknown) => (posted.push(task), 'accepted'),
  };
  const context = { info: { workflowExecution: { workflowId: 'w', runId: 'r' }, workflowNamespace: 'n' } };
  const dispatch = dispatchOf({ sidecar, statuses: { write: async () => written } }, attempt, request);
  const { state } = await asyncLocalStorage.run(context as unknown as Context, () => dispatch.run());
  return { state, posts: posted.length };
}

describe('a dispatch whose resource has changed', () => {
  const terminal = { outcome: 'unchanged', object: { metadata: mirrorTo, status: { phase: 'Failed' } } };
  const silent = new SidecarError('SIDECAR_UNREACHABLE', 'connect ECONNREFUSED', { mayHaveArrived: false });

  const ended = { terminal, gone: { outcome: 'gone' } };
  for (const [what, written] of Object.entries(ended))
    it(`does not send an adopted task whose resource is ${what}, also when the sidecar answers only later`, async () => {
      const adopted = { looks: [silent, undefined], written, knowledge: { sent: 'perhaps' } } as const;
      assert.deepEqual(await dispatched(adopted), { state: `resource-${what}`, posts: 0 });
    });

  it('looks for what it may have sent although the resource is gone, and the sidecar does not answer at first', async () => {
    const earlier = { taskId: plan.task.taskId, sent: 'perhaps', seen: 'absent', problem: 'the worker ended' } as const;
    const lost = { looks: [silent, RUNNING], written: { outcome: 'gone' }, earlier };
    assert.deepEqual(await dispatched(lost), { state: 'running', posts: 0 });
  });

  it('does not send a task whose execution time has passed since an interrupted dispatch began it', async () => {
    const task = { id: plan.task.taskId, executionStartedAt: '2026-01-01T00:00:00Z' };
    const begunBefore = { outcome: 'written', object: { metadata: mirrorTo, status: { phase: 'Running', task } } };
    const interrupted = {
      looks: [undefined],
      written: begunBefore,
      knowledge: { sent: 'perhaps' },
      elapsedMs: 0,
    } as const;
    assert.deepEqual(await dispatched(interrupted), { state: 'late', posts: 0 });
  });
});
