import assert from 'node:assert/strict';
import { CANCEL_ANNOTATION } from '../../api/provenance.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { backUp } from '../support/back-up.ts';
import { eventually } from '../support/eventually.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import { polledAgain } from '../support/polled-again.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, type TestEnvironment } from '../support/test-environment.ts';

/** Above what the tests take until the restore, and below what is waited for afterwards. */
const REQUIRE_PHASE_TIMEOUT = '50s';
/** Where each restart is when the backup is made. All of them continue before it is restored. */
const waiting = ['completes', 'fails', 'goes-on', 'goes-on-out-of-phase', 'goes-on-and-is-cancelled'];
const everybody = [...waiting, 'polled', 'queued-first', 'queued-second', 'created-later'];

describe('a Temporal server that is restored from an older backup', () => {
  let own: OwnServers;
  let environment: TestEnvironment;
  /** As they were right before the restore. */
  const ended = new Map<string, SeiNodeTask>();

  before(async () => {
    own = await startOwnServers();
    environment = own.environment;
    const service = await environment.startService();
    for (const name of waiting) {
      await environment.addNode(name, { phase: 'Pending', faults: { ignoreSigterm: name === 'fails' } });
      await environment.createTask(name, {
        kind: 'RestartSeid',
        target: { nodeRef: { name }, requirePhaseTimeout: REQUIRE_PHASE_TIMEOUT },
        restartSeid: {},
      });
    }
    for (const name of ['polled', 'queued']) (await environment.addNode(name)).setFaults({ neverBoot: true });
    await environment.restart('polled', 'polled');
    await environment.restart('queued-first', 'queued');
    for (const name of waiting)
      await environment.taskWhere(name, 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined);
    for (const name of ['polled', 'queued']) await polledAgain(nodeOf(name));
    await environment.restart('queued-second', 'queued');
    await environment.queued('queued-second');

    const restore = await backUp(own.servers, 'temporal');
    await environment.addNode('created-later');
    for (const name of ['goes-on', 'goes-on-out-of-phase', 'goes-on-and-is-cancelled', 'created-later'])
      nodeOf(name).setFaults({ neverBoot: true });
    await environment.restart('created-later', 'created-later');
    for (const name of waiting) await environment.setPhase(name, 'Running');
    for (const name of ['polled', 'queued']) nodeOf(name).setFaults({});
    for (const name of ['completes', 'fails', 'polled', 'queued-first', 'queued-second'])
      ended.set(name, await environment.finished(name));
    for (const name of everybody.filter((each) => !ended.has(each))) {
      await environment.taskWhere(name, 'is at work', ({ status }) => status?.step === 'Restarting');
    }
    await service.process.stop(30_000);
    await restore();
    await environment.startService();
    await environment.setPhase('goes-on-out-of-phase', 'Pending');
    await environment.setPhase('goes-on-and-is-cancelled', 'Pending');
    await environment.kubectl(['annotate', 'snt', 'goes-on-and-is-cancelled', `${CANCEL_ANNOTATION}=changed my mind`]);
  });

  after(() => own?.stop());

  const nodeOf = (name: string) => environment.fleet.node(environment.namespace, name);

  async function lets(name: string): Promise<SeiNodeTask> {
    nodeOf(name).setFaults({});
    return await environment.finished(name);
  }

  it('has lost steps of terminal tasks; they do not change, and their workflows end', async () => {
    for (const [name, task] of ended) {
      await eventually(`the workflow of ${name} ends`, async () => {
        const { status } = await environment.workflowOf(task).describe();
        return status.name !== 'RUNNING';
      });
      assert.deepEqual((await environment.tasks.get(environment.namespace, name))?.status, task.status);
    }
    for (const name of ['completes', 'polled']) assertRestartedOnce(nodeOf(name));
    const ids = requestsOf(nodeOf('queued'), 'POST').map(({ body }) => (JSON.parse(body) as { id: string }).id);
    assert.deepEqual([ids.length, new Set(ids).size, nodeOf('queued').sigtermsReceived], [2, 2, 2]);
  });

  it('does not cause a failed restart to run again', () => {
    assertRestartedOnce(nodeOf('fails'));
  });

  it('has lost the workflow of a running restart; another one ends it', async () => {
    assertComplete(await lets('created-later'));
    assertRestartedOnce(nodeOf('created-later'));
  });

  it('has lost that a running restart was sent; it is watched to its end', async () => {
    assertComplete(await lets('goes-on'));
    assertRestartedOnce(nodeOf('goes-on'));
  });

  it('waits again for a phase before a running restart; the verdict says how the restart ended', async () => {
    assertComplete(await lets('goes-on-out-of-phase'));
    assertRestartedOnce(nodeOf('goes-on-out-of-phase'));
  });

  it('waits again for a phase before a running restart that is cancelled; the verdict does not say that nothing was sent', async () => {
    assertFailed(await lets('goes-on-and-is-cancelled'), 'Cancelled', 'tooLateAndDone', {
      reached: 'accepted',
      why: 'changed my mind.',
    });
    assertRestartedOnce(nodeOf('goes-on-and-is-cancelled'));
  });
});
