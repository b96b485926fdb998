import assert from 'node:assert/strict';
import type { DispatchRequest } from '../../core/activities.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { scheduledActivities, scheduledActivity } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

describe('MarkReady', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('contract §1.4: is done as soon as the sidecar has accepted it, without a poll', async () => {
    const node = await environment.addNode('ready', { ready: false });
    await createTaskOfKind(environment, 'ready', { kind: 'MarkReady' });
    const task = await environment.finished('ready');
    assertComplete(task);
    assert.equal(task.status?.outputs, undefined);
    assert.deepEqual(
      requestsOf(node, 'POST').map(({ body, status }) => [JSON.parse(body), status]),
      [[{ id: expectedTaskId(task.metadata.uid, 'MarkReady'), type: 'mark-ready' }, 201]],
    );
    assert.equal(node.sidecar.ready, true);
    const names = (await scheduledActivities(environment.workflowOf(task))).map(({ name }) => name);
    assert.ok(names.includes('dispatchTask') && !names.includes('pollTask'), names.join(', '));
  });

  it('contract §1.3: has 120 s unless told otherwise', async () => {
    await environment.addNode('two-minutes', { ready: false });
    await createTaskOfKind(environment, 'two-minutes', { kind: 'MarkReady' });
    const task = await environment.finished('two-minutes');
    const { plan } = (await scheduledActivity(environment.workflowOf(task), 'dispatchTask')).input as DispatchRequest;
    assert.equal(plan.timeoutMs, 120_000);
  });

  it('contract §1.3: is Timeout when the sidecar does not accept it in time, and the node is not ready', async () => {
    const node = await environment.addNode('untaken', {
      ready: false,
      faults: { refuseConnections: { method: 'POST' } },
    });
    await createTaskOfKind(environment, 'untaken', { kind: 'MarkReady', timeoutSeconds: 2 });
    assertFailed(await environment.finished('untaken'), 'Timeout', 'over', {
      time: ' after 2s',
      whereabouts: 'perhapsSentAndGone',
    });
    assert.equal(node.sidecar.ready, false);
  });

  it('contract §1.4: is Complete although its acceptance was only noticed after the deadline', async () => {
    const node = await environment.addNode('learnt-late', { ready: false, faults: { dropAfterPost: { times: 1 } } });
    await createTaskOfKind(environment, 'learnt-late', { kind: 'MarkReady', timeoutSeconds: 2 });
    await eventually('the POST has arrived', () => requestsOf(node, 'POST').length === 1);
    node.setFaults({ answerStatus: { method: 'GET', status: 503 } });
    const { status } = await environment.taskWhere(
      'learnt-late',
      'has begun',
      (task) => task.status?.task !== undefined,
    );
    const deadlineMs = Date.parse(status?.task?.executionStartedAt ?? '') + 3_000;
    await eventually('its time is over', () => Date.now() > deadlineMs);
    node.setFaults({});
    assertComplete(await environment.finished('learnt-late'));
    assert.equal(requestsOf(node, 'POST').length, 1);
  });
});
