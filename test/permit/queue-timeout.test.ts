import assert from 'node:assert/strict';
import { messagePattern } from '../support/message-pattern.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

function target(name: string, queueTimeout: string) {
  return { target: { nodeRef: { name }, queueTimeout } };
}

describe('spec.target.queueTimeout', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function busy(name: string) {
    const node = await environment.addNode(name, { faults: { neverBoot: true } });
    await environment.restart(`${name}-holder`, name);
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    return node;
  }

  it('limits the wait for a busy node, and nothing is sent', async () => {
    const node = await busy('bounded');
    await environment.restart('bounded', 'bounded', target('bounded', '2s'));
    const waiting = await environment.queued('bounded');
    assert.match(waiting.status?.message ?? '', messagePattern('Queued', 'permit', { limit: /\b2s/ }));
    const task = await environment.finished('bounded');
    assertFailed(task, 'TargetResolveFailed', 'permit', { holder: 'SeiNodeTask bounded-holder', timeout: '2s' });
    assert.ok(Date.parse(task.status?.completedAt ?? '') - Date.parse(task.status?.startedAt ?? '') >= 2_000);
    assert.equal(task.status?.task, undefined);
    assert.equal(requestsOf(node, 'POST').length, 1);
    node.setFaults({});
    assertComplete(await environment.finished('bounded-holder'));
  });

  it('of zero fails the task at once when the node is busy, and only then', async () => {
    const node = await busy('at-once');
    await environment.restart('at-once', 'at-once', target('at-once', '0s'));
    assertFailed(await environment.finished('at-once'), 'TargetResolveFailed', 'permit', { timeout: '0s' });
    node.setFaults({});
    await environment.finished('at-once-holder');
    await environment.permitIsFree('at-once');
    await environment.restart('free', 'at-once', target('at-once', '0s'));
    assertComplete(await environment.finished('free'));
  });

  it('is named by the condition in the end, also when the target was in another phase in between', async () => {
    const node = await busy('phased');
    await environment.restart('phased', 'phased', target('phased', '3s'));
    await environment.queued('phased');
    await environment.setPhase('phased', 'Initializing');
    await environment.taskWhere('phased', 'waits for its target', ({ status }) => status?.step === 'WaitingForTarget');
    const left = Date.now();
    await eventually('its time in the queue is over', () => Date.now() > left + 3_000);
    await environment.setPhase('phased', 'Running');
    const task = await environment.finished('phased');
    assertFailed(task, 'TargetResolveFailed', 'permit', { holder: 'SeiNodeTask phased-holder', timeout: '3s' });
    assert.equal(conditionOf(task, 'TargetReady')?.reason, 'Queued');
    node.setFaults({});
  });

  it('limits the wait for a restart by another client too', async () => {
    const node = await environment.addNode('others', { faults: { neverBoot: true } });
    node.sidecar.submit({ id: 'b7e89c3a-4f12-4d8b-9a6e-1c2d3e4f5a6b', type: 'restart-seid', params: {} });
    await environment.restart('others', 'others', target('others', '1s'));
    assertFailed(await environment.finished('others'), 'TargetResolveFailed', 'restart', { timeout: '1s' });
    assert.deepEqual(requestsOf(node, 'POST'), []);
    node.setFaults({});
  });

  it('must be a duration', async () => {
    const node = await environment.addNode('text');
    await environment.restart('text', 'text', target('text', 'soon'));
    assertFailed(await environment.finished('text'), 'ParamsBuildFailed', 'invalid', {
      field: 'spec.target.queueTimeout',
      problem: /"soon"/,
    });
    assert.deepEqual(node.requests, []);
  });
});
