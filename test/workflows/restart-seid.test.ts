import assert from 'node:assert/strict';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

describe('RestartSeid', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('restarts the seid process once, in place, and leaves the sidecar alone', async () => {
    const node = await environment.addNode('happy');
    const [oldPid, sidecarStartedAt] = [node.seidPid, node.sidecar.startedAt];
    await environment.restart('happy', 'happy');
    const task = await environment.finished('happy');
    assert.equal(task.status?.phase, 'Complete');
    assert.equal(conditionOf(task, 'Ready')?.reason, 'TaskComplete');
    assert.equal(conditionOf(task, 'Failed'), undefined);
    assert.notEqual(node.seidPid, oldPid);
    assert.equal(node.sigtermsReceived, 1);
    assert.equal(node.sidecar.startedAt, sidecarStartedAt);
    assert.equal(node.requests.filter(({ method }) => method === 'POST').length, 1);
  });
});
