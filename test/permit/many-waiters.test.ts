import assert from 'node:assert/strict';
import { assertComplete } from '../support/assert-verdict.ts';
import { assertOneAtATime } from '../support/assert-one-at-a-time.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const WAITERS = Array.from({ length: 20 }, (_, index) => `waiter-${index}`);

describe('twenty restarts that wait for one node', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    await environment.startService();
  });

  after(() => environment.stop());

  it('all get their turn, one after the other, with two workers', async () => {
    const node = await environment.addNode('popular', { faults: { neverBoot: true } });
    await environment.restart('holder', 'popular');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await Promise.all(WAITERS.map((name) => environment.restart(name, 'popular')));
    for (const name of WAITERS) await environment.queued(name);
    assert.equal(requestsOf(node, 'POST').length, 1);

    node.setFaults({});
    // One after the other: the machine sets the pace of twenty restarts, and each wait has its own limit.
    for (const name of WAITERS) assertComplete(await environment.finished(name));
    assert.equal(node.sigtermsReceived, WAITERS.length + 1);
    assertOneAtATime(node);
  }).timeout(180_000);
});
