import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

function generationsOf({ metadata, status }: SeiNodeTask): (number | undefined)[] {
  return [metadata.generation, status?.observedGeneration];
}

describe('status.observedGeneration of a task whose spec is edited while no worker runs', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService({ ROLE: 'bridge' });
    const worker = await environment.startService({ ROLE: 'worker' });
    for (const name of ['edited', 'cancelled']) {
      (await environment.addNode(name)).setFaults({ neverBoot: true });
      await environment.restart(name, name);
      await environment.taskWhere(name, 'is at work', ({ status }) => status?.step === 'Restarting');
    }
    await worker.process.stop(30_000);
    for (const name of ['edited', 'cancelled']) await edit(name, { spec: { timeoutSeconds: 900 } });
  });

  after(() => environment.stop());

  async function edit(name: string, patch: object): Promise<void> {
    await environment.tasks.patch({ namespace: environment.namespace, name }, patch);
  }

  it('does not change although the bridge has seen the edit and sent it to the workflow', async () => {
    const task = (await environment.tasks.get(environment.namespace, 'edited')) ?? assert.fail();
    await eventually('the workflow is told', async () => {
      const { events } = await environment.workflowOf(task).fetchHistory();
      return events?.some(({ workflowExecutionSignaledEventAttributes: signal }) => signal);
    });
    assert.deepEqual(generationsOf((await environment.tasks.get(environment.namespace, 'edited')) ?? task), [2, 1]);
  });

  it('does not change although the bridge has written that the task is being cancelled', async () => {
    await edit('cancelled', { metadata: { annotations: { 'sei.io/cancel': '' } } });
    const task = await environment.taskWhere('cancelled', 'says so', ({ status }) => status?.step === 'Cancelling');
    assert.deepEqual(generationsOf(task), [2, 1]);
  });

  it('changes when a worker acts on the edit, and the verdict is that of the edited spec', async () => {
    await environment.startService({ ROLE: 'worker' });
    const acting = await environment.taskWhere(
      'edited',
      'is acted on',
      ({ status }) => status?.observedGeneration === 2,
    );
    assert.equal(acting.status?.phase, 'Running');
    for (const name of ['edited', 'cancelled']) environment.fleet.node(environment.namespace, name).setFaults({});
    const task = await environment.finished('edited');
    assertComplete(task);
    assert.deepEqual(
      ['Ready', 'Finished', 'TargetReady'].map((type) => conditionOf(task, type)?.observedGeneration),
      [2, 2, 1],
    );
    assertFailed(await environment.finished('cancelled'), 'Cancelled');
  });
});
