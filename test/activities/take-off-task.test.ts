import assert from 'node:assert/strict';
import type { Attempt } from '../../activities/attempt.ts';
import { SidecarError } from '../../activities/errors.ts';
import type { MirrorDependencies } from '../../activities/mirror-status.ts';
import { takeOffTask } from '../../activities/take-off-task.ts';
import type { TaskPlaces } from '../../activities/task-work.ts';
import type { SidecarTask } from '../../api/sidecar/sidecar-task.ts';
import type { TakeOffHeartbeat } from '../../core/activities.ts';
import type { Sent } from '../../core/knowledge.ts';
import { planTask } from '../../core/task-plan.ts';
import { noLog } from '../support/recorded-log.ts';

const planned = planTask(
  'AwaitCondition',
  {
    node: { namespace: 'arctic-1', name: 'syncer-0-0' },
    payload: { height: { targetHeight: 7 }, action: 'SIGTERM_SEID' },
  },
  { workflowId: 'w', firstRunId: 'r', cluster: 'c' },
);
const plan = 'plan' in planned ? planned.plan : assert.fail(planned.verdict.message);
const taskOf = (status: SidecarTask['status']): SidecarTask => ({ id: plan.task.taskId, status });

/** A sidecar that has a task, or not. Time passes only in pauses. */
class FakeSidecar {
  nowMs = 0;
  task: SidecarTask | undefined;
  isUp = true;
  alive = true;
  readonly deletedAtMs: number[] = [];
  /** What happens in each pause. */
  inPause = (): void => undefined;

  async getTask(): Promise<SidecarTask | undefined> {
    this.#answer();
    return this.alive ? this.task : undefined;
  }

  /** @returns Whether it had the task. */
  async deleteTask(): Promise<boolean> {
    this.#answer();
    this.deletedAtMs.push(this.nowMs);
    const had = this.alive && this.task !== undefined;
    if (had) this.task = undefined;
    return had;
  }

  async isAlive(): Promise<boolean> {
    return this.alive;
  }

  #answer(): void {
    if (!this.isUp) throw new SidecarError('SIDECAR_UNREACHABLE', 'connect ECONNREFUSED');
  }

  async takeOff(sent: Sent = 'yes') {
    const now = (): number => this.nowMs;
    const attempt = {
      get nowMs() {
        return now();
      },
      get elapsedMs() {
        return now();
      },
      signal: new AbortController().signal,
      heartbeat: () => undefined,
      warn: () => undefined,
      sleep: async (milliseconds: number) => {
        this.nowMs += milliseconds;
        this.inPause();
      },
      leave: (error: unknown) => {
        throw error;
      },
    };
    const seiNode = { metadata: { ...plan.task.node, uid: 'u' }, spec: {} };
    const places = { sidecar: this, seiNodes: { get: async () => seiNode }, log: noLog };
    return await takeOffTask(
      places as unknown as MirrorDependencies & TaskPlaces,
      { plan, cancelled: true, sent },
      attempt as unknown as Attempt<TakeOffHeartbeat>,
    );
  }
}

describe('a wait that is taken off its sidecar', () => {
  let sidecar: FakeSidecar;

  beforeEach(() => {
    sidecar = new FakeSidecar();
  });

  it('is gone after its deletion', async () => {
    sidecar.task = taskOf('running');
    assert.deepEqual([await sidecar.takeOff(), sidecar.task, sidecar.nowMs], ['taken-off', undefined, 0]);
  });

  // seid may have been stopped by it: it was not taken off in time.
  for (const status of ['completed', 'failed'] as const) {
    it(`is reported as ${status} when it had ended before`, async () => {
      sidecar.task = taskOf(status);
      const taken = await sidecar.takeOff();
      assert.equal(typeof taken === 'object' && taken.state, status);
      assert.deepEqual(sidecar.deletedAtMs, []);
    });
  }

  it('is reported as completed when it ended while the sidecar could not be reached', async () => {
    sidecar.task = taskOf('running');
    sidecar.isUp = false;
    sidecar.inPause = () => {
      if (sidecar.nowMs > 60_000) Object.assign(sidecar, { isUp: true, task: taskOf('completed') });
    };
    const taken = await sidecar.takeOff();
    assert.equal(typeof taken === 'object' && taken.state, 'completed');
  });

  it('is taken off also when its state cannot be read', async () => {
    sidecar.task = taskOf('running');
    sidecar.getTask = async () => {
      throw new SidecarError('SIDECAR_UNREADABLE_ANSWER', 'GET was answered 200 "paused"');
    };
    assert.deepEqual([await sidecar.takeOff(), sidecar.task], ['taken-off', undefined]);
  });

  it('is not taken for gone when the sidecar answers 404 because its store fails', async () => {
    sidecar.task = taskOf('running');
    sidecar.alive = false;
    sidecar.inPause = () => {
      if (sidecar.nowMs > 5_000) sidecar.alive = true;
    };
    assert.deepEqual([await sidecar.takeOff(), sidecar.task], ['taken-off', undefined]);
  });

  it('is not there after all: a sidecar that had accepted it, and has lost it, needs no second look', async () => {
    assert.deepEqual([await sidecar.takeOff(), sidecar.nowMs], ['taken-off', 0]);
  });

  it('is taken off also when its POST arrives after the first check', async () => {
    let pauses = 0;
    sidecar.inPause = () => {
      pauses += 1;
      if (pauses === 2) sidecar.task = taskOf('running');
    };
    assert.deepEqual([await sidecar.takeOff('perhaps'), sidecar.task], ['taken-off', undefined]);
    assert.ok(pauses >= 2, `${pauses}`);
  });

  it('that may have been sent and is not there is looked for longer than a POST takes', async () => {
    assert.equal(await sidecar.takeOff('perhaps'), 'taken-off');
    assert.ok(sidecar.nowMs > 5_000 && sidecar.nowMs < 20_000, `${sidecar.nowMs}`);
  });
});
