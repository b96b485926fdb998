import assert from 'node:assert/strict';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { executionStartedMs } from '../support/execution-started-ms.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

describe('spec.timeoutSeconds of a running task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function change(name: string, timeoutSeconds: number): Promise<void> {
    await environment.tasks.patch({ namespace: environment.namespace, name }, { spec: { timeoutSeconds } });
  }

  async function held(name: string, spec: Record<string, unknown> = {}) {
    const node = await environment.addNode(name);
    node.setFaults({ neverBoot: true });
    await environment.restart(name, name, spec);
    const task = await environment.taskWhere(name, 'is at work', ({ status }) => status?.step === 'Restarting');
    return { node, workflow: environment.workflowOf(task), startedMs: executionStartedMs(task) };
  }

  it('may be shortened: the task ends at the new time, and its status is that of the changed spec', async () => {
    const { node, startedMs } = await held('shortened');
    await change('shortened', 3);
    const task = await environment.finished('shortened');
    assertFailed(task, 'Timeout', 'over', { time: ' after 3s', whereabouts: 'running' });
    assert.ok(Date.parse(task.status?.completedAt ?? '') >= startedMs + 3_000);
    assert.deepEqual(
      [task.metadata.generation, task.status?.observedGeneration, conditionOf(task, 'Failed')?.observedGeneration],
      [2, 2, 2],
    );
    assertRestartedOnce(node);
  });

  it('may be extended: the task continues after its old deadline', async () => {
    const { node, workflow, startedMs } = await held('prolonged', { timeoutSeconds: 15 });
    await change('prolonged', 900);
    const deadline = await eventually('the deadline has moved', async () => {
      const { deadline: told = '' } = await workflow.query<Record<string, string>>('status');
      return Date.parse(told) >= startedMs + 900_000 && told;
    });
    assert.ok(Date.parse(deadline) < startedMs + 902_000, deadline);
    await eventually('its old time is over', () => Date.now() > startedMs + 17_000);
    assert.equal((await environment.tasks.get(environment.namespace, 'prolonged'))?.status?.phase, 'Running');
    node.setFaults({});
    assertComplete(await environment.finished('prolonged'));
    assertRestartedOnce(node);
  });

  it('also applies to a task that cannot be sent', async () => {
    const node = await environment.addNode('unsent', { faults: { refuseConnections: {} } });
    await environment.restart('unsent', 'unsent');
    await environment.taskWhere('unsent', 'has begun', (task) => !Number.isNaN(executionStartedMs(task)));
    await change('unsent', 3);
    assertFailed(await environment.finished('unsent'), 'Timeout', 'tooLateToBegin', {
      timeout: '3s',
      whereabouts: 'unsent',
    });
    assert.deepEqual(requestsOf(node, 'POST'), []);
  });

  it('also applies to a wait, which is then taken off the sidecar', async () => {
    const node = await environment.addNode('wait', { sidecarVersion: 'newer' });
    await createTaskOfKind(environment, 'wait', {
      kind: 'AwaitNodesAtHeight',
      payload: { targetHeight: 1_000_000_000 },
    });
    await environment.taskWhere('wait', 'is watched', ({ status }) => status?.step === 'AwaitingHeight');
    await change('wait', 2);
    assertFailed(await environment.finished('wait'), 'Timeout', 'takenOff', {
      time: ' after 2s',
      whereabouts: 'takenOff',
    });
    assert.deepEqual(node.tasks, []);
  });
});
