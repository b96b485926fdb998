import assert from 'node:assert/strict';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('a restart that is cancelled while it waits for its node', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('acquires no permit after its end', async () => {
    const node = await environment.addNode('busy');
    node.setFaults({ neverBoot: true });
    await environment.restart('holder', 'busy');
    await eventually('it is at work', () => node.sigtermsReceived === 1);
    const { namespace } = environment;
    await environment.restart('waiter', 'busy');
    await environment.queued('waiter');
    await environment.tasks.patch(
      { namespace, name: 'waiter' },
      { metadata: { annotations: { 'sei.io/cancel': '' } } },
    );
    assertFailed(await environment.finished('waiter'), 'Cancelled', 'unsent');
    node.setFaults({});
    assertComplete(await environment.finished('holder'));

    // Whoever still waited would have taken it before somebody who comes later.
    await environment.restart('later', 'busy');
    assertComplete(await environment.finished('later'));
    await environment.permitIsFree('busy');
    assert.equal(requestsOf(node, 'POST').length, 2);
  });
});
