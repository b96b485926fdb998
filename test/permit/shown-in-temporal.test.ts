import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** What the Temporal UI paints red. */
const RED = /fail|timedOut|terminated/i;

async function redEvents(workflow: WorkflowHandle): Promise<string[]> {
  const { events } = await workflow.fetchHistory();
  return (events ?? []).flatMap((event) =>
    Object.keys(event).filter(
      (key) => key.endsWith('EventAttributes') && RED.test(key) && event[key as keyof typeof event],
    ),
  );
}

describe('a permit in Temporal', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function permits(name: string): Promise<string[]> {
    const { workflowId } = await environment.permitOf(name);
    const found: string[] = [];
    for await (const { status } of environment.temporal.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
      found.push(status.name);
    return found;
  }

  it('is listed while it is held, and not listed after its release', async () => {
    const node = await environment.addNode('listed', { faults: { neverBoot: true } });
    await environment.restart('listed', 'listed');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await eventually('it is listed', async () => (await permits('listed')).join() === 'RUNNING');
    node.setFaults({});
    assertComplete(await environment.finished('listed'));
    await eventually('none is listed', async () => (await permits('listed')).length === 0);
  });

  it('leaves no failed event in the history of a task that has waited for it', async () => {
    const node = await environment.addNode('queue', { faults: { neverBoot: true } });
    await environment.restart('holder', 'queue');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    const task = await environment.restart('waiter', 'queue');
    await environment.queued('waiter');
    const workflow = environment.workflowOf(task);
    const { raw } = await workflow.describe();
    assert.deepEqual(
      raw.pendingActivities?.map(({ activityType, attempt, lastFailure }) => [
        activityType?.name,
        attempt,
        lastFailure ?? undefined,
      ]),
      [['awaitTarget', 1, undefined]],
    );
    node.setFaults({});
    assertComplete(await environment.finished('waiter'));
    await workflow.result();
    assert.deepEqual(await redEvents(workflow), []);
  });
});
