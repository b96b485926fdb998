import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CancelledFailure, ChildWorkflowFailure, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertOneAtATime } from '../support/assert-one-at-a-time.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { scheduledActivities } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { goOn } from './holding-runbook.ts';

describe('a runbook that holds a permit during two restarts', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    const { code } = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./holding-runbook.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    const bundle = join(environment.servers.directory, `${environment.namespace}-bundle.js`);
    await writeFile(bundle, code);
    await environment.startService({ WORKFLOW_BUNDLE: bundle });
  });

  after(() => environment.stop());

  async function begin({ namespace, name }: SimulatedNode): Promise<WorkflowHandle> {
    return await environment.temporal.workflow.start('RestartTwice', {
      workflowId: `${namespace}/runbook/${name}`,
      taskQueue: namespace,
      args: [{ namespace, name }],
    });
  }

  const childOf = ({ workflowId }: WorkflowHandle, step: string): WorkflowHandle =>
    environment.temporal.workflow.getHandle(`${workflowId}/${step}`);

  it('makes other tasks wait also between its steps, and its own tasks do not wait', async () => {
    const node = await environment.addNode('held');
    node.setFaults({ neverBoot: true });
    const runbook = await begin(node);
    await eventually('the first restart is at work', () => node.sigtermsReceived === 1);
    await environment.restart('outside', 'held');
    const { status } = await environment.queued('outside');
    assert.ok(status?.message?.includes(runbook.workflowId), status?.message);

    node.setFaults({});
    await childOf(runbook, 'first').result();
    await eventually('it is looked at again', async () => {
      const { raw } = await environment.workflowOf(await environment.queued('outside')).describe();
      return raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'awaitTarget');
    });
    assert.equal(requestsOf(node, 'POST').length, 1);
    await runbook.signal(goOn);
    await runbook.result();
    for (const step of ['first', 'second']) {
      const names = (await scheduledActivities(childOf(runbook, step))).map(({ name }) => name);
      assert.ok(!names.includes('awaitTarget'), names.join());
    }

    assertComplete(await environment.finished('outside'));
    assert.deepEqual([requestsOf(node, 'POST').length, node.sigtermsReceived], [3, 3]);
    assertOneAtATime(node);
    assert.equal(node.tasks[0]?.id, (await environment.tasks.get(environment.namespace, 'outside'))?.status?.task?.id);
    await environment.permitIsFree('held');
  });

  it('releases the permit when a step fails', async () => {
    const node = await environment.addNode('stubborn', { faults: { ignoreSigterm: true } });
    assert.ok((await workflowFailure(await begin(node))) instanceof ChildWorkflowFailure);
    await environment.permitIsFree('stubborn');
    assert.equal(requestsOf(node, 'POST').length, 1);
  });

  it('releases the permit when it is cancelled between two steps', async () => {
    const node = await environment.addNode('cancelled');
    const runbook = await begin(node);
    await eventually('the first restart is over', async () => {
      const { events } = await runbook.fetchHistory();
      return events?.some((event) => event.childWorkflowExecutionCompletedEventAttributes);
    });
    await runbook.cancel();
    assert.ok((await workflowFailure(runbook)) instanceof CancelledFailure);
    await environment.permitIsFree('cancelled');
    assert.equal(requestsOf(node, 'POST').length, 1);
  });

  it('waits for the permit itself, and leaves nothing open when it is cancelled during that wait', async () => {
    const node = await environment.addNode('busy');
    node.setFaults({ neverBoot: true });
    await environment.restart('before', 'busy');
    await eventually('another restart is at work', () => node.sigtermsReceived === 1);
    const runbook = await begin(node);
    await eventually('it waits, and names the holder', async () => {
      const { raw } = await runbook.describe();
      return raw.pendingActivities?.some(
        ({ activityType, heartbeatDetails }) =>
          activityType?.name === 'acquireNodePermit' &&
          Buffer.from(heartbeatDetails?.payloads?.[0]?.data ?? '').includes('SeiNodeTask'),
      );
    });
    await runbook.cancel();
    assert.ok((await workflowFailure(runbook)) instanceof CancelledFailure);
    node.setFaults({});
    assertComplete(await environment.finished('before'));
    assert.equal(requestsOf(node, 'POST').length, 1);
    await environment.permitIsFree('busy');
  });

  it('frees the node when it is terminated and its restart has ended', async () => {
    const node = await environment.addNode('terminated');
    node.setFaults({ neverBoot: true });
    const runbook = await begin(node);
    await eventually('the first restart is at work', () => node.sigtermsReceived === 1);
    await environment.restart('after', 'terminated');
    await environment.queued('after');
    await runbook.terminate('test');
    await eventually('its restart is asked to cancel', async () => {
      const { events } = await childOf(runbook, 'first').fetchHistory();
      return events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes);
    });
    assert.equal((await childOf(runbook, 'first').describe()).status.name, 'RUNNING');
    assert.equal(requestsOf(node, 'POST').length, 1);
    node.setFaults({});
    assertComplete(await environment.finished('after'));
    assert.ok((await workflowFailure(childOf(runbook, 'first'))) instanceof CancelledFailure);
    assertOneAtATime(node);
    assert.equal(node.sigtermsReceived, 2);
  });
});
