import assert from 'node:assert/strict';
import { SEI_NODE } from '../../api/resources.ts';
import { applyManifests } from '../../dev/apply-manifests.ts';
import { resourcePath } from '../../kubernetes/resource-path.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

const SEI_NODES = resourcePath(
  { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
  { name: `${SEI_NODE.plural}.${SEI_NODE.group}`, namespace: undefined },
);

describe('a task whose servers are missing', () => {
  let own: OwnServers;
  let environment: TestEnvironment;

  before(async () => {
    own = await startOwnServers();
    environment = own.environment;
    await environment.startService();
  });

  after(() => own?.stop());

  /** A Warning is recorded, and the status is at this step and says the same. */
  async function tells(name: string, step: string, reason: string): Promise<void> {
    const words = await eventually('a Warning is recorded', async () => {
      const { stdout } = await environment.kubectl([
        'get',
        'events',
        '--field-selector',
        `involvedObject.name=${name},type=Warning,reason=${reason}`,
        '-o',
        'jsonpath={.items[*].message}',
      ]);
      return stdout;
    });
    const { status } = await environment.taskWhere(
      name,
      'tells why',
      (task) => task.status?.step === step && (task.status.message?.includes(words) ?? false),
    );
    assert.equal(status?.phase, 'Pending');
  }

  it('says that the cluster does not know SeiNodes, and continues when it does', async () => {
    await environment.admin.request({ method: 'DELETE', path: SEI_NODES });
    await environment.restart('undefined', 'undefined');
    await tells('undefined', 'WaitingForTarget', 'KubernetesNotFound');
    await applyManifests(environment.admin);
    assertFailed(await environment.finished('undefined'), 'TargetResolveFailed', 'missing');
  });

  it('says that Temporal is not available, and continues when it is back', async () => {
    const { server } = own.servers.temporal;
    await server.kill('SIGKILL');
    await environment.restart('unstarted', 'unstarted');
    await tells('unstarted', 'Starting', 'TemporalUnavailable');
    const node = await environment.addNode('unstarted');
    await server.start();
    assertComplete(await environment.finished('unstarted'));
    assertRestartedOnce(node);
  });
});
