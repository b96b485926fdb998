import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/free-port.ts';
import { renderChart } from '../../dev/helm.ts';
import { deploymentsIn, objectsIn, variablesOf, type Deployment } from '../support/chart-objects.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { logLines } from '../support/log-lines.ts';
import { requestsOf } from '../support/requests-of.ts';
import { startAsPod } from '../support/start-as-pod.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const AUDIENCE = 'sei-sidecar';
const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

describe('the manifests on an API server', function () {
  // Helm is compiled on a machine that does not have it yet.
  this.timeout(900_000);
  let environment: TestEnvironment;
  /** What the chart renders for this test's namespace. */
  let manifests: string;
  let deployment: Deployment;

  before(async () => {
    environment = await TestEnvironment.create({ sidecarAudiences: [AUDIENCE] });
    const { namespace, fleet, servers } = environment;
    manifests = await renderChart({
      chart: 'sei-node-tasks',
      name: namespace,
      namespace,
      values: {
        temporal: { address: servers.temporal.address, namespace: servers.temporal.namespace },
        sidecar: { urlTemplate: `${fleet.url}/{namespace}/{name}` },
        rpc: { urlTemplate: `${fleet.url}/{namespace}/{name}/rpc` },
        watchNamespaces: [namespace],
        env: { TASK_QUEUE: namespace },
        probePort: await freePort(),
        metricsPort: await freePort(),
      },
    });
    [deployment = assert.fail('no Deployment')] = deploymentsIn(objectsIn(manifests));
  });

  after(async () => {
    await environment.kubectl(['delete', '--ignore-not-found', '--filename', '-'], manifests);
    await environment.stop();
  });

  async function accepted(commandArguments: readonly string[], input = ''): Promise<string> {
    const { code, stdout, stderr } = await environment.kubectl(commandArguments, input);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /warning/i);
    return stdout;
  }

  for (const folder of ['crd', 'base']) {
    it(`accepts deploy/${folder} as kustomize reads it`, async () => {
      const { code, stderr } = await environment.kubectl([
        'apply',
        '--dry-run=server',
        '--server-side',
        '--force-conflicts',
        '--validate=strict',
        '--namespace=sei-system',
        `--kustomize=${join(DEPLOY, folder)}`,
      ]);
      assert.equal(code, 0, stderr);
    });
  }

  it('accepts the chart in a namespace with Pod Security restricted', async () => {
    const { namespace } = environment;
    await accepted(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
    await accepted(['label', 'namespace', namespace, 'pod-security.kubernetes.io/warn=restricted']);
    await accepted(['apply', '--server-side', '--validate=strict', '--filename', '-'], manifests);
  });

  /** Asks the API server, without a controller, for a pod as the Deployment would make it. */
  async function podOf({ spec: { template } }: Deployment, securityContext: object) {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, name: 'tried' },
      spec: { ...template.spec, securityContext },
    };
    return await environment.kubectl(['create', '--dry-run=server', '--filename', '-'], JSON.stringify(pod));
  }

  it('accepts its pods there, and would refuse them as root', async () => {
    const { securityContext } = deployment.spec.template.spec;
    const { code, stderr } = await podOf(deployment, securityContext);
    assert.equal(code, 0, stderr);
    const refused = await podOf(deployment, { ...securityContext, runAsNonRoot: false, runAsUser: 0 });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /violates PodSecurity "restricted/);
  });

  it("carries out a first restart with the Deployment's environment, its account's rights and its tokens", async () => {
    const service = await startAsPod(environment, deployment);
    const node = await environment.addNode('first');
    await environment.restart('first', 'first');
    assertComplete(await environment.finished('first'));
    assert.equal(node.sigtermsReceived, 1);
    assert.equal(requestsOf(node, 'POST').length, 1);
    const complaints = (await logLines(service.logFile)).filter(({ level }) => level === 'WARN' || level === 'ERROR');
    assert.deepEqual(complaints, []);
    assert.notEqual(
      await environment.leases.get(environment.namespace, variablesOf(deployment)['LEASE_NAME'] ?? ''),
      undefined,
    );
  });
});
