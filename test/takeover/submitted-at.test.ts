import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('status.task.submittedAt, which says that a task was sent', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function submitted(name: string): Promise<SeiNodeTask> {
    return await environment.taskWhere(name, 'is submitted', ({ status }) => status?.task?.submittedAt !== undefined);
  }

  it('is set when the sidecar has accepted the task, and not before', async () => {
    const node = await environment.addNode('accepted', { faults: { answerStatus: { method: 'POST', status: 503 } } });
    await environment.restart('accepted', 'accepted');
    await eventually('it was refused more than once', () => requestsOf(node, 'POST').length > 1);
    const before = await environment.tasks.get(environment.namespace, 'accepted');
    assert.equal(before?.status?.task?.status, 'Running');
    assert.equal(before.status.task.submittedAt, undefined);

    node.setFaults({ neverBoot: true });
    const { status } = await submitted('accepted');
    assert.equal(status?.phase, 'Running');
    assert.ok(String(status.task?.submittedAt) >= String(status.task?.executionStartedAt));
    node.setFaults({});
    const task = await environment.finished('accepted');
    assertComplete(task);
    assert.equal(task.status?.task?.submittedAt, status.task?.submittedAt);
  });

  it('is set when the answer was lost and the sidecar then has the task', async () => {
    const node = await environment.addNode('lost-answer', { faults: { dropAfterPost: { times: 1 }, neverBoot: true } });
    await environment.restart('lost-answer', 'lost-answer');
    assert.equal((await submitted('lost-answer')).status?.phase, 'Running');
    node.setFaults({});
    assertComplete(await environment.finished('lost-answer'));
    assert.equal(requestsOf(node, 'POST').length, 1);
  });

  it('is set at the end of a task that ends with its acceptance', async () => {
    await environment.addNode('marked');
    await createTaskOfKind(environment, 'marked', { kind: 'MarkReady' });
    const task = await environment.finished('marked');
    assertComplete(task);
    assert.ok(task.status?.task?.submittedAt);
  });

  it('is never set for a task that the sidecar refused or did not get', async () => {
    await environment.addNode('refused', { sidecarVersion: 'v0.0.56' });
    await createTaskOfKind(environment, 'refused', { kind: 'GovParamChange' });
    await environment.addNode('unreachable', { faults: { refuseConnections: {} } });
    await environment.restart('unreachable', 'unreachable', { timeoutSeconds: 3 });
    const refused = await environment.finished('refused');
    assertFailed(refused, 'TaskTerminalError', 'refused', { quote: /^unknown task type: gov-param-change/ });
    const unreachable = await environment.finished('unreachable');
    assertFailed(unreachable, 'Timeout', 'tooLateToBegin', { whereabouts: 'unsent' });
    assert.deepEqual(
      [refused, unreachable].map(({ status }) => status?.task?.submittedAt),
      [undefined, undefined],
    );
  });
});
