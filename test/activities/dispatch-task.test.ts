import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Attempt } from '../../activities/attempt.ts';
import type { TargetDependencies } from '../../activities/check-target.ts';
import { TaskDispatch } from '../../activities/dispatch-task.ts';
import type { SidecarTask } from '../../api/sidecar/sidecar-task.ts';
import type { DispatchHeartbeat } from '../../core/activities.ts';
import { planTask } from '../../core/task-plan.ts';
import { RecordedLog } from '../support/recorded-log.ts';

const planned = planTask(
  'RestartSeid',
  { node: { namespace: 'arctic-1', name: 'syncer-0-0' }, payload: {} },
  { workflowId: 'w', firstRunId: 'r', cluster: 'c' },
);
const plan = 'plan' in planned ? planned.plan : assert.fail(planned.verdict.message);
const RUNNING: SidecarTask = { id: plan.task.taskId, status: 'running' };

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
      heartbeat: () => undefined,
      confirm: async () => {
        nowMs += 60_000;
        atSidecar = RUNNING;
        return true;
      },
    };
    const dispatch = new TaskDispatch(
      { sidecar, log: recorded.log } as unknown as TargetDependencies,
      { plan, request: { type: 'restart-seid' }, knowledge: { sent: 'no' } },
      attempt as unknown as Attempt<DispatchHeartbeat>,
    );
    const { state, knowledge } = await dispatch.run();
    assert.deepEqual(posted, []);
    assert.deepEqual([state, knowledge.sent], ['running', 'yes']);
    assert.deepEqual(recorded.events, ['TaskSending', 'TaskFound']);
  });
});
