import assert from 'node:assert/strict';
import { CancelledFailure } from '@temporalio/common';
import type { MessageName } from '../../api/reasons.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import type { MessageValues } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

async function polledAgain(node: SimulatedNode): Promise<void> {
  const polls = requestsOf(node, 'GET').length;
  await eventually('it is polled again', () => requestsOf(node, 'GET').length > polls);
}

describe('a cancelled task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  const ways = {
    'by deleting its resource': (task: SeiNodeTask) =>
      environment.tasks.delete(environment.namespace, task.metadata.name),
    'in Temporal': (task: SeiNodeTask) => environment.workflowOf(task).cancel(),
  };

  /** Its resource, if it is still there, tells it too. */
  async function assertCancelled<Case extends MessageName<'Cancelled'>>(
    task: SeiNodeTask,
    message: Case,
    values?: MessageValues<'Cancelled', Case>,
  ): Promise<void> {
    const failure = await workflowFailure(environment.workflowOf(task));
    assert.ok(failure instanceof CancelledFailure, String(failure));
    const resource = await environment.tasks.get(environment.namespace, task.metadata.name);
    if (resource !== undefined) assertFailed(resource, 'Cancelled', message, values);
  }

  async function cancelRequested(task: SeiNodeTask): Promise<void> {
    await eventually('the cancellation has arrived', async () => {
      const { events } = await environment.workflowOf(task).fetchHistory();
      return events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes);
    });
  }

  Object.entries(ways).forEach(([way, cancel], index) => {
    describe(way, () => {
      it('sends nothing if it still waited for its target', async () => {
        const name = `waiting-${index}`;
        const node = await environment.addNode(name, { phase: 'Pending' });
        const task = await environment.restart(name, name);
        await environment.taskWhere(name, 'waits', (seen) => conditionOf(seen, 'TargetReady') !== undefined);
        await cancel(task);
        await assertCancelled(task, 'unsent');
        assert.deepEqual(node.requests, []);
      });

      it('ends if the sidecar has not accepted it', async () => {
        const name = `refused-${index}`;
        const node = await environment.addNode(name, { faults: { refuseConnections: { method: 'POST' } } });
        const task = await environment.restart(name, name);
        await eventually('a POST was refused', () => requestsOf(node, 'POST').length > 0);
        await cancel(task);
        // A connection that breaks does not say whether the task had arrived.
        await assertCancelled(task, 'watchedNoLonger', { whereabouts: 'perhapsSentAndGone' });
        assert.deepEqual(node.tasks, []);
        assert.equal(node.sigtermsReceived, 0);
      });

      it('ends although the sidecar cannot be asked, and nothing was sent', async () => {
        const name = `unreachable-${index}`;
        const node = await environment.addNode(name, { faults: { refuseConnections: {} } });
        const task = await environment.restart(name, name);
        await eventually('the sidecar was asked', () => node.requests.length > 0);
        await cancel(task);
        await assertCancelled(task, 'unsent');
        assert.deepEqual(requestsOf(node, 'POST'), []);
        assert.equal(node.sigtermsReceived, 0);
      });

      it('stays open until a restart that the sidecar has accepted has ended', async () => {
        const name = `restarting-${index}`;
        const node = await environment.addNode(name);
        node.setFaults({ neverBoot: true });
        const task = await environment.restart(name, name);
        await eventually('seid was signalled', () => node.sigtermsReceived === 1);
        await cancel(task);
        await cancelRequested(task);
        await polledAgain(node);
        assert.equal((await environment.workflowOf(task).describe()).status.name, 'RUNNING');
        node.setFaults({});
        await assertCancelled(task, 'tooLateAndDone', { reached: 'accepted' });
        assert.deepEqual(
          node.tasks.map(({ status }) => status),
          ['completed'],
        );
        assert.equal(node.sigtermsReceived, 1);
        assert.deepEqual(requestsOf(node, 'DELETE'), []);
      });

      it('is taken off the sidecar if it only waits there', async () => {
        const name = `height-${index}`;
        const node = await environment.addNode(name);
        const task = await environment.createTask(name, {
          kind: 'AwaitNodesAtHeight',
          target: { nodeRef: { name } },
          awaitNodesAtHeight: { targetHeight: 1_000_000_000 },
        });
        await eventually('the sidecar waits', () => node.tasks.length === 1);
        await cancel(task);
        await assertCancelled(task, 'takenOff', { whereabouts: 'takenOff' });
        assert.deepEqual(
          requestsOf(node, 'DELETE').map(({ status }) => status),
          [204],
        );
        assert.deepEqual(node.tasks, []);
      });
    });
  });
});
