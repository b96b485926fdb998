import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import type { TestEnvironment } from '../support/test-environment.ts';
import { startTwoClusters, type TwoClusters } from '../support/two-clusters.ts';

const NODE = 'validator';

/** Also namespaces, nodes, tasks and, unless told otherwise, task queues have the same names in both. */
describe('two clusters with equal settings on one Temporal namespace', () => {
  let clusters: TwoClusters;
  let here: TestEnvironment;
  let there: TestEnvironment;
  let clusterIds: readonly string[];

  before(async () => {
    clusters = await startTwoClusters();
    ({ here, there } = clusters);
    clusterIds = await Promise.all([here, there].map(({ admin }) => readClusterId(admin)));
    for (const environment of [here, there]) await environment.addNode(NODE);
  });

  after(() => clusters?.stop());

  it('have different task queues unless TASK_QUEUE is set', async () => {
    const service = await there.startService({ TASK_QUEUE: '' });
    const task = await there.restart('own-queue', NODE);
    assertComplete(await there.finished('own-queue'));
    assert.equal((await there.workflowOf(task).describe()).taskQueue, `sei-node-tasks-${clusterIds[1]}`);
    await service.process.stop(30_000);
  });

  it('carry out nothing of each other on one task queue, and name the cluster of the task', async () => {
    const [nodeHere, nodeThere] = [here, there].map(({ fleet, namespace }) => fleet.node(namespace, NODE));
    assert.ok(nodeHere && nodeThere);
    const before = nodeThere.requests.length;
    await here.startService({ ROLE: 'bridge' });
    await there.startService({ ROLE: 'worker' });
    const bystander = await there.restart('shared-queue', NODE);
    const task = await here.restart('shared-queue', NODE);
    await eventually('the worker there refuses it, more than once', async () => {
      const { raw } = await here.workflowOf(task).describe();
      return raw.pendingActivities?.some(
        ({ lastFailure, attempt }) => isOfOtherCluster(lastFailure?.message) && Number(attempt) > 2,
      );
    });
    assert.equal((await here.workflowOf(task).describe()).status.name, 'RUNNING');
    await here.taskWhere('shared-queue', 'is Pending', ({ status }) => status?.phase === 'Pending');

    await here.startService({ ROLE: 'worker' });
    assertComplete(await here.finished('shared-queue'));
    assertRestartedOnce(nodeHere);
    assert.equal(nodeThere.requests.length, before);
    assert.equal((await there.tasks.get(there.namespace, 'shared-queue'))?.status, bystander.status);
  });

  it('send nothing to nodes of the other while workers of both poll', async () => {
    const nodeThere = there.fleet.node(there.namespace, NODE);
    const before = nodeThere.requests.length;
    const names = Array.from({ length: 6 }, (_, index) => `both-${index}`);
    const nodes = await Promise.all(names.map((name) => here.addNode(name)));
    const strangers = await Promise.all(names.map((name) => there.addNode(name)));
    await Promise.all(names.map((name) => here.restart(name, name)));
    const tasks: SeiNodeTask[] = await Promise.all(names.map((name) => here.finished(name)));
    tasks.forEach((task) => assertComplete(task));
    nodes.forEach(assertRestartedOnce);
    assert.deepEqual(
      strangers.flatMap(({ requests }) => requests),
      [],
    );
    assert.equal(nodeThere.requests.length, before);
  });

  function isOfOtherCluster(words: string | null | undefined): boolean {
    return [...clusterIds, 'TASK_QUEUE'].every((word) => words?.includes(word));
  }
});
