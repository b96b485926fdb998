import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import type { Faults } from '../../simulator/faults.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { polledAgain } from '../support/polled-again.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

/** The default of `SHUTDOWN_GRACE`, in milliseconds; past it the process is killed, which its exit code tells. */
const GRACE_MS = 25_000;

interface Restart {
  readonly node: SimulatedNode;
  readonly task: SeiNodeTask;
}

describe('a service that is asked to stop', () => {
  let environment: TestEnvironment;
  let exit: Awaited<LocalService['process']['exited']>;
  /** seid has been signalled and does not come back before it is let. */
  let polled: Restart;
  let waiting: Restart;
  /** Its sidecar has not answered the POST, and never will. */
  let sending: Restart;

  before(async () => {
    environment = await TestEnvironment.create();
    const first = await environment.startService();
    polled = await restart('polled', { neverBoot: true });
    waiting = await restart('waiting', {}, 'Pending');
    sending = await restart('sending', { hang: { method: 'POST', times: 1 } });
    await eventually('seid was signalled', () => polled.node.sigtermsReceived === 1);
    await polledAgain(polled.node);
    await environment.taskWhere('waiting', 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined);
    await eventually('the POST hangs', () => requestsOf(sending.node, 'POST').length === 1);
    exit = await first.process.stop(GRACE_MS);
  });

  after(() => environment.stop());

  async function restart(name: string, faults: Faults, phase = 'Running'): Promise<Restart> {
    const node = await environment.addNode(name, { phase });
    node.setFaults(faults);
    return { node, task: await environment.restart(name, name) };
  }

  /** Why the last attempt at an activity ended. */
  async function lastFailureOf({ task }: Restart, activity: string): Promise<string | null | undefined> {
    const { raw } = await environment.workflowOf(task).describe();
    const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name === activity);
    return pending?.lastFailure?.applicationFailureInfo?.type;
  }

  it('exits with 0 within its grace time', () => {
    assert.deepEqual(exit, { code: 0, signal: null });
  });

  it('hands over its waits at once, not after a timeout', async () => {
    assert.equal(await lastFailureOf(polled, 'pollTask'), 'WorkerShutdown');
    assert.equal(await lastFailureOf(waiting, 'awaitTarget'), 'WorkerShutdown');
  });

  describe('and the next one', () => {
    before(() => environment.startService());

    it('continues the poll', async () => {
      await polledAgain(polled.node);
      polled.node.setFaults({});
      assertComplete(await environment.finished('polled'));
      assert.equal(requestsOf(polled.node, 'POST').length, 1);
      assert.equal(polled.node.sigtermsReceived, 1);
    });

    it('continues the wait for a target', async () => {
      await environment.setPhase('waiting', 'Running');
      assertComplete(await environment.finished('waiting'));
      assert.equal(requestsOf(waiting.node, 'POST').length, 1);
      assert.equal(waiting.node.sigtermsReceived, 1);
    });

    it('sends the task that could not be sent', async () => {
      assertComplete(await environment.finished('sending'));
      assert.equal(requestsOf(sending.node, 'POST').filter(({ status }) => status === 201).length, 1);
      assert.equal(sending.node.sigtermsReceived, 1);
    });
  });
});
