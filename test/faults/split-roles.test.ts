import assert from 'node:assert/strict';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('bridge and worker as separate processes', () => {
  let environment: TestEnvironment;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
  });

  afterEach(() => environment.stop());

  it('the bridge starts the workflow and carries out nothing; the worker completes it', async () => {
    await environment.startService({ ROLE: 'bridge' });
    const node = await environment.addNode('bridge-first');
    const created = await environment.restart('bridge-first', 'bridge-first');
    await eventually('its workflow is open', async () => {
      const { status } = await environment.workflowOf(created).describe();
      return status.name === 'RUNNING';
    });
    await environment.taskWhere('bridge-first', 'is Pending', (task) => task.status?.phase === 'Pending');
    assert.deepEqual(node.requests, []);

    await environment.startService({ ROLE: 'worker' });
    assertComplete(await environment.finished('bridge-first'));
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('the worker does not read resources; the bridge starts their workflows', async () => {
    const worker = await environment.startService({ ROLE: 'worker' });
    const node = await environment.addNode('worker-first');
    await environment.restart('worker-first', 'worker-first');
    const probe = await fetch(`${worker.probeUrl}/readyz`);
    assert.doesNotMatch(await probe.text(), /bridge/);
    assert.equal((await environment.tasks.get(environment.namespace, 'worker-first'))?.status, undefined);

    await environment.startService({ ROLE: 'bridge' });
    assertComplete(await environment.finished('worker-first'));
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });
});
