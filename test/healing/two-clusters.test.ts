import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { registerSeiNode } from '../../dev/register-sei-node.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import type { TestEnvironment } from '../support/test-environment.ts';
import { startTwoClusters, type TwoClusters } from '../support/two-clusters.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';

const NODE = 'validator';
const NOT_WATCHED = 'not-watched';

/** Namespaces, nodes and tasks have the same names in both. */
describe('two clusters that share a Temporal namespace', () => {
  let clusters: TwoClusters;
  let here: TestEnvironment;
  let there: TestEnvironment;
  let serviceThere: LocalService;
  const queueThere: NodeJS.ProcessEnv = {};

  before(async () => {
    clusters = await startTwoClusters();
    ({ here, there } = clusters);
    await there.kubectl(['create', 'namespace', NOT_WATCHED]);
    queueThere['TASK_QUEUE'] = `${there.namespace}-there`;
    await here.startService();
    serviceThere = await there.startService({ ...queueThere, WATCH_NAMESPACE: '' });
  });

  after(() => clusters?.stop());

  it('have separate permits for nodes of the same name, and cancel only tasks that were deleted in the cluster and namespaces that they watch', async () => {
    const { namespace } = here;
    const ours = await begin(here, namespace);
    const theirs = await begin(there, namespace);
    const notWatched = await begin(there, NOT_WATCHED);
    await serviceThere.process.stop(30_000);
    for (const { metadata } of [theirs, notWatched]) await there.tasks.delete(metadata.namespace, metadata.name);
    await there.startService(queueThere);

    await eventually('the workflow of what was deleted is asked to cancel', () =>
      wasAskedToCancel(here.workflowOf(theirs)),
    );
    assert.deepEqual(await Promise.all([ours, notWatched].map((task) => wasAskedToCancel(here.workflowOf(task)))), [
      false,
      false,
    ]);

    const nodes = [
      here.fleet.node(namespace, NODE),
      there.fleet.node(namespace, NODE),
      there.fleet.node(NOT_WATCHED, NODE),
    ];
    for (const node of nodes) node.setFaults({});
    assertComplete(await here.finished(NODE));
    const workflowThere = here.workflowOf(theirs);
    await eventually(
      'it is watched to its end',
      async () => (await workflowThere.describe()).status.name === 'CANCELLED',
    );
    await eventually(
      'nobody minds the other',
      async () => (await here.workflowOf(notWatched).describe()).status.name === 'COMPLETED',
    );
    nodes.forEach(assertRestartedOnce);
  });
});

/** Begins a restart that does not end before it is let. */
async function begin({ admin, fleet, tasks }: TestEnvironment, namespace: string): Promise<SeiNodeTask> {
  const node = await fleet.addNode({ namespace, name: NODE, faults: { neverBoot: true } });
  await registerSeiNode(admin, { namespace, name: NODE, chainId: 'test-1', phase: 'Running' });
  const spec = { kind: 'RestartSeid', target: { nodeRef: { name: NODE } }, restartSeid: {} };
  const task = await tasks.create(namespace, {
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeTask',
    metadata: { name: NODE },
    spec,
  });
  await eventually(`the restart in ${namespace} is at work`, () => node.sigtermsReceived === 1);
  return task;
}
