import assert from 'node:assert/strict';
import { CancelledFailure, WorkflowNotFoundError } from '@temporalio/client';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

async function stop(service: LocalService): Promise<void> {
  await service.process.stop(30_000);
  assert.deepEqual(await service.process.exited, { code: 0, signal: null });
}

describe('a bridge that starts after a time without one', () => {
  let environment: TestEnvironment;
  const nodes: Record<string, SimulatedNode> = {};
  const tasks: Record<string, SeiNodeTask> = {};
  /** As it was before the service stopped. */
  let done: SeiNodeTask;

  before(async () => {
    environment = await TestEnvironment.create();
    const service = await environment.startService();
    await prepare();
    await stop(service);
    await changeMuch();
    await environment.startService();
  });

  after(() => environment.stop());

  async function restart(name: string, options: Parameters<TestEnvironment['addNode']>[1] = {}): Promise<void> {
    nodes[name] = await environment.addNode(name, options);
    tasks[name] = await environment.restart(name, name);
  }

  async function prepare(): Promise<void> {
    await Promise.all([
      restart('done'),
      restart('running', { restartGraceMs: 600_000, faults: { slowStopMs: 600_000 } }),
      restart('deleted', { phase: 'Pending' }),
      restart('terminated', { phase: 'Pending' }),
      restart('waiting', { phase: 'Pending' }),
    ]);
    done = await environment.finished('done');
    await eventually('seid was signalled', () => nodes['running']?.sigtermsReceived === 1);
    for (const name of ['deleted', 'terminated', 'waiting']) {
      await environment.taskWhere(name, 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined);
    }
  }

  async function changeMuch(): Promise<void> {
    await restart('created');
    await restart('short-lived');
    await environment.tasks.delete(environment.namespace, 'short-lived');
    await environment.tasks.delete(environment.namespace, 'deleted');
    await environment.workflowOf(taskNamed('terminated')).terminate('by an operator');
    await environment.setPhase('waiting', 'Running');
    const labelled = await environment.kubectl(['label', 'snt/done', 'team=validators']);
    assert.equal(labelled.code, 0, labelled.stderr);
  }

  function taskNamed(name: string): SeiNodeTask {
    return tasks[name] ?? assert.fail(name);
  }

  function nodeNamed(name: string): SimulatedNode {
    return nodes[name] ?? assert.fail(name);
  }

  it('carries out tasks that were created', async () => {
    assertComplete(await environment.finished('created'));
    assert.equal(nodeNamed('created').sigtermsReceived, 1);
  });

  it('cancels the workflow of a task that was deleted', async () => {
    assert.ok((await workflowFailure(environment.workflowOf(taskNamed('deleted')))) instanceof CancelledFailure);
    assert.deepEqual(nodeNamed('deleted').requests, []);
  });

  it('starts nothing for a task that was created and deleted', async () => {
    await environment.finished('created');
    await assert.rejects(() => environment.workflowOf(taskNamed('short-lived')).describe(), WorkflowNotFoundError);
    assert.deepEqual(nodeNamed('short-lived').requests, []);
  });

  it('fails a task whose workflow was terminated', async () => {
    const task = await environment.finished('terminated');
    assertFailed(task, 'WorkflowTerminated');
    await eventually('a Warning is recorded', async () => {
      const { stdout } = await environment.kubectl(['describe', 'snt', 'terminated']);
      return /Warning +WorkflowTerminated/.test(stdout);
    });
    assert.deepEqual(nodeNamed('terminated').requests, []);
  });

  it('continues a task that was waiting', async () => {
    assertComplete(await environment.finished('waiting'));
    assert.equal(nodeNamed('waiting').sigtermsReceived, 1);
  });

  it('changes nothing on a terminal task', async () => {
    await environment.finished('created');
    const now = await environment.tasks.get(environment.namespace, 'done');
    assert.deepEqual(now?.status, done.status);
    assert.equal(requestsOf(nodeNamed('done'), 'POST').length, 1);
    assert.equal(nodeNamed('done').sigtermsReceived, 1);
  });

  it('starts nothing a second time for a running task', async () => {
    await environment.finished('created');
    const running = nodeNamed('running');
    const polls = requestsOf(running, 'GET').length;
    await eventually('it is polled again', () => requestsOf(running, 'GET').length > polls);
    const query = `WorkflowId = '${environment.workflowOf(taskNamed('running')).workflowId}'`;
    assert.equal((await environment.temporal.workflow.count(query)).count, 1);
    assert.equal(requestsOf(running, 'POST').length, 1);
    assert.equal(running.sigtermsReceived, 1);
  });
});
