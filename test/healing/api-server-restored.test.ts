import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { backUp } from '../support/back-up.ts';
import { eventually } from '../support/eventually.ts';
import { executionStartedMs } from '../support/execution-started-ms.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import { polledAgain } from '../support/polled-again.ts';
import { conditionOf, type TestEnvironment } from '../support/test-environment.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';

const atWork = ['completes', 'is-deleted', 'goes-on'];
const waiting = ['not-begun', 'fails'];

describe('an API server that is restored from an older backup', () => {
  let own: OwnServers;
  let environment: TestEnvironment;
  let lost: SeiNodeTask;
  let goneAgain: SeiNodeTask;

  before(async () => {
    own = await startOwnServers();
    environment = own.environment;
    await environment.startService();
    for (const name of waiting)
      await environment.addNode(name, { phase: 'Pending', faults: { ignoreSigterm: name === 'fails' } });
    for (const name of [...atWork, 'lost', 'later']) await environment.addNode(name);
    for (const name of [...atWork, 'lost']) nodeOf(name).setFaults({ neverBoot: true });
    for (const name of [...waiting, ...atWork]) await environment.restart(name, name);
    for (const name of waiting)
      await environment.taskWhere(name, 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined);
    for (const name of atWork)
      await environment.taskWhere(name, 'is at work', ({ status }) => status?.step === 'Restarting');

    const restore = await backUp(own.servers, 'etcd');
    for (const name of ['completes', 'is-deleted']) nodeOf(name).setFaults({});
    for (const name of waiting) await environment.setPhase(name, 'Running');
    for (const name of ['completes', 'not-begun', 'is-deleted']) assertComplete(await environment.finished(name));
    assertFailed(await environment.finished('fails'), 'TaskFailed');
    await environment.kubectl(['delete', 'snt', 'is-deleted']);
    lost = await environment.restart('lost', 'lost');
    await eventually('it was sent', () => nodeOf('lost').sigtermsReceived === 1);
    await polledAgain(nodeOf('lost'));
    await editTimeout('goes-on', 3_000, 4_000);
    await environment.taskWhere('goes-on', 'is acted on', ({ status }) => status?.observedGeneration === 3);
    goneAgain = await environment.restart('later', 'later');
    assertComplete(await environment.finished('later'));
    await restore();
  });

  after(() => own?.stop());

  async function editTimeout(name: string, ...edits: readonly number[]): Promise<void> {
    for (const timeoutSeconds of edits)
      await environment.tasks.patch({ namespace: environment.namespace, name }, { spec: { timeoutSeconds } });
  }

  const nodeOf = (name: string) => environment.fleet.node(environment.namespace, name);

  it('gets the verdicts that it lost again; nothing is sent again', async () => {
    for (const name of ['completes', 'not-begun']) {
      assertComplete(await environment.finished(name));
      assertRestartedOnce(nodeOf(name));
    }
    assertFailed(await environment.finished('fails'), 'TaskFailed');
    assertRestartedOnce(nodeOf('fails'));
  });

  it('has a deleted task again, and gets its verdict', async () => {
    assertComplete(await environment.finished('is-deleted'));
    assertRestartedOnce(nodeOf('is-deleted'));
  });

  it('does not know a running task; its workflow is cancelled, and watches the restart to its end', async () => {
    assert.equal(await environment.tasks.get(environment.namespace, 'lost'), undefined);
    const workflow = environment.workflowOf(lost);
    await eventually('it is cancelled', () => wasAskedToCancel(workflow));
    nodeOf('lost').setFaults({});
    await eventually('it ends', async () => (await workflow.describe()).status.name === 'CANCELLED');
    assertRestartedOnce(nodeOf('lost'));
  });

  it('does not know a finished task, whose name is free', async () => {
    const task = await environment.restart('later', 'later');
    assert.notEqual(task.metadata.uid, goneAgain.metadata.uid);
    assertComplete(await environment.finished('later'));
    assert.equal(nodeOf('later').sigtermsReceived, 2);
  });

  it('still knows a running task, and edits of it apply although its generation is lower than before', async () => {
    await editTimeout('goes-on', 5_000);
    const task = await environment.taskWhere(
      'goes-on',
      'is acted on',
      ({ metadata, status }) => metadata.generation === 2 && status?.observedGeneration === 2,
    );
    const startedMs = executionStartedMs(task);
    await eventually('its deadline is the new one', async () => {
      const { deadline = '' } = await environment.workflowOf(task).query<Record<string, string>>('status');
      return Math.abs(Date.parse(deadline) - startedMs - 5_000_000) < 2_000;
    });
    nodeOf('goes-on').setFaults({});
    assertComplete(await environment.finished('goes-on'));
    assertRestartedOnce(nodeOf('goes-on'));
  });
});
