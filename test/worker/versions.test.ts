import assert from 'node:assert/strict';
import proto from '@temporalio/proto';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { LEASE, TestEnvironment } from '../support/test-environment.ts';

const { ROUTING_CONFIG_UPDATE_STATE_COMPLETED } = proto.temporal.api.enums.v1.RoutingConfigUpdateState;

describe('two versions of the service in one Worker Deployment', () => {
  let environment: TestEnvironment;
  let older: LocalService;

  before(async () => {
    environment = await TestEnvironment.create();
    older = await start('v1');
    await makeCurrent('v1');
  });

  after(() => environment.stop());

  async function start(buildId: string): Promise<LocalService> {
    return await environment.startService({
      TEMPORAL_DEPLOYMENT_NAME: environment.namespace,
      TEMPORAL_WORKER_BUILD_ID: buildId,
    });
  }

  /** As `temporal worker deployment set-current-version` does. Its task queues learn of it a moment later. */
  async function makeCurrent(buildId: string): Promise<void> {
    const { workflowService } = environment.temporal;
    const { namespace } = environment.servers.temporal;
    const request = { namespace, deploymentName: environment.namespace, buildId };
    await eventually(`${buildId} is current`, () =>
      workflowService.setWorkerDeploymentCurrentVersion(request).then(
        () => true,
        () => false,
      ),
    );
    await eventually(`every task queue knows that ${buildId} is current`, async () => {
      const { workerDeploymentInfo: deployment } = await workflowService.describeWorkerDeployment(request);
      return (
        deployment?.routingConfig?.currentDeploymentVersion?.buildId === buildId &&
        deployment.routingConfigUpdateState === ROUTING_CONFIG_UPDATE_STATE_COMPLETED
      );
    });
  }

  async function holder(): Promise<string | undefined> {
    return (await environment.leases.get(environment.namespace, LEASE))?.spec?.holderIdentity;
  }

  /** The versions that have run the workflow of a task. */
  async function versionsOf(task: SeiNodeTask): Promise<readonly unknown[]> {
    const { events } = await environment.workflowOf(task).fetchHistory();
    const versions = (events ?? []).flatMap(
      ({ workflowTaskCompletedEventAttributes: completed }) => completed?.deploymentVersion?.buildId ?? [],
    );
    return [...new Set(versions)];
  }

  it('end a task on the version that began it, start new ones on the current version, and restart nothing twice', async () => {
    const busy = await environment.addNode('busy');
    busy.setFaults({ neverBoot: true });
    const begun = await environment.restart('begun', 'busy');
    await eventually('seid was signalled', () => busy.sigtermsReceived === 1);

    const leader = await holder();
    await start('v2');
    await makeCurrent('v2');
    const free = await environment.addNode('free');
    const later = await environment.restart('later', 'free');
    assertComplete(await environment.finished('later'));
    assert.deepEqual(await versionsOf(later), ['v2']);
    assert.equal(await holder(), leader, 'the bridge of v1 started it');

    busy.setFaults({});
    assertComplete(await environment.finished('begun'));
    assert.deepEqual(await versionsOf(begun), ['v1']);
    assertRestartedOnce(busy);
    assertRestartedOnce(free);
  });

  it('a task of the older version continues on it when its process is replaced', async () => {
    const node = await environment.addNode('replaced');
    await makeCurrent('v1');
    node.setFaults({ neverBoot: true });
    const task = await environment.restart('replaced', 'replaced');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await makeCurrent('v2');
    assert.deepEqual(await older.process.stop(30_000), { code: 0, signal: null });
    node.setFaults({});
    await eventually('seid serves', () => node.tasks.at(-1)?.status === 'completed');
    await start('v1');
    assertComplete(await environment.finished('replaced'));
    assert.deepEqual(await versionsOf(task), ['v1']);
    assertRestartedOnce(node);
  });
});
