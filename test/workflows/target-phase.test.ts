import assert from 'node:assert/strict';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { executionStartedMs } from '../support/execution-started-ms.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

function target(name: string, more: Record<string, string>) {
  return { target: { nodeRef: { name }, ...more } };
}

describe("the target's phase", () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  function waiting(name: string) {
    return environment.taskWhere(
      name,
      'waits for its target',
      (task) => conditionOf(task, 'TargetReady') !== undefined,
    );
  }

  it('fails a task at once when its target does not exist, and nothing is sent', async () => {
    const bystander = await environment.addNode('bystander');
    await environment.restart('missing', 'nowhere');
    const task = await environment.finished('missing');
    assertFailed(task, 'TargetResolveFailed', 'missing');
    assert.equal(task.status?.targetFirstObservedAt, undefined);
    assert.equal(task.status?.task, undefined);
    assert.deepEqual(bystander.requests, []);
  });

  it('delays the task visibly, and that wait is not charged to the execution time', async () => {
    const node = await environment.addNode('late', { phase: 'Pending' });
    await environment.restart('late', 'late');
    const { status, ...task } = await waiting('late');
    const ready = conditionOf({ ...task, status }, 'TargetReady');
    assert.deepEqual([ready?.status, ready?.reason, status?.phase], ['False', 'PhaseNotMet', 'Pending']);
    assert.match(
      ready?.message ?? '',
      messagePattern('PhaseNotMet', 'waiting', { phase: 'Pending', required: 'Running', timeout: /^5m/ }),
    );
    const since = Date.parse(status?.targetFirstObservedAt ?? '');
    await eventually('the wait takes its time', () => Date.now() > since + 3_000);
    assert.deepEqual(node.requests, []);

    await environment.setPhase('late', 'Running');
    const finished = await environment.finished('late');
    assertComplete(finished);
    assert.ok(executionStartedMs(finished) >= since + 3_000);
    assert.equal(finished.status?.targetFirstObservedAt, undefined);
    assert.equal(conditionOf(finished, 'TargetReady')?.reason, 'PhaseMet');
    assert.equal(node.sigtermsReceived, 1);
  });

  it('can be required to be a different one', async () => {
    const node = await environment.addNode('initializing', { phase: 'Initializing' });
    await environment.restart('initializing', 'initializing', target('initializing', { requirePhase: 'Initializing' }));
    assertComplete(await environment.finished('initializing'));
    assert.equal(node.sigtermsReceived, 1);
  });

  it('fails the task when it is not met in time', async () => {
    const node = await environment.addNode('never', { phase: 'Pending' });
    await environment.restart('never', 'never', target('never', { requirePhaseTimeout: '2s' }));
    const task = await environment.finished('never');
    assertFailed(task, 'TargetResolveFailed', 'otherPhase', { phase: 'Pending', required: 'Running', timeout: '2s' });
    assert.ok(Date.parse(task.status?.phaseTransitionTime ?? '') - Date.parse(task.status?.startedAt ?? '') >= 2_000);
    assert.equal(task.status?.targetFirstObservedAt, undefined);
    assert.deepEqual(node.requests, []);
  });

  it('fails the task when the target is deleted in the meantime', async () => {
    const node = await environment.addNode('deleted', { phase: 'Pending' });
    await environment.restart('deleted', 'deleted');
    await waiting('deleted');
    await environment.seiNodes.delete(environment.namespace, 'deleted');
    assertFailed(await environment.finished('deleted'), 'TargetResolveFailed', 'missing');
    assert.deepEqual(node.requests, []);
  });

  it('is not checked after the task was sent: a restart continues when its node leaves the phase', async () => {
    const node = await environment.addNode('leaves');
    node.setFaults({ neverBoot: true });
    await environment.restart('leaves', 'leaves');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.setPhase('leaves', 'Failed');
    node.setFaults({});
    assertComplete(await environment.finished('leaves'));
  });

  it('has a timeout that must be a duration', async () => {
    const node = await environment.addNode('minutes');
    await environment.restart('minutes', 'minutes', target('minutes', { requirePhaseTimeout: '5 minutes' }));
    const task = await environment.finished('minutes');
    assertFailed(task, 'ParamsBuildFailed', 'invalid', {
      field: 'spec.target.requirePhaseTimeout',
      problem: /"5 minutes"/,
    });
    assert.deepEqual(node.requests, []);
  });
});
