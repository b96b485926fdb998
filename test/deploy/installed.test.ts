import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertComplete } from '../support/assert-verdict.ts';
import { renderChart } from '../../dev/helm.ts';
import { deploymentsIn, objectsIn, variablesOf, type Deployment } from '../support/chart-objects.ts';
import { installChart } from '../support/install-chart.ts';
import { logLines } from '../support/log-lines.ts';
import { requestsOf } from '../support/requests-of.ts';
import { startAsPod } from '../support/start-as-pod.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const RESTRICTED = 'pod-security.kubernetes.io';

describe('the manifests on an API server', function () {
  // Helm is compiled on a machine that does not have it yet.
  this.timeout(900_000);
  let environment: TestEnvironment;
  let deployment: Deployment;

  before(async () => {
    environment = await TestEnvironment.create({ sidecarAudiences: ['sei-sidecar'] });
    const labels = ['enforce', 'warn'].map((mode) => `${RESTRICTED}/${mode}=restricted`);
    const { code, stderr } = await environment.kubectl(['label', 'namespace', environment.namespace, ...labels]);
    assert.equal(code, 0, stderr);
    // A Deployment that is not restricted makes kubectl warn, which fails here.
    deployment = await installChart(environment);
  });

  after(() => environment.stop());

  for (const folder of ['crd', 'base']) {
    it(`are accepted as kustomize reads them from deploy/${folder}`, async () => {
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

  it('have pods that Pod Security accepts as restricted, and would refuse as root', async () => {
    const { securityContext } = deployment.spec.template.spec;
    const { code, stderr } = await podOf(deployment, securityContext);
    assert.equal(code, 0, stderr);
    const refused = await podOf(deployment, { ...securityContext, runAsNonRoot: false, runAsUser: 0 });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /violates PodSecurity "restricted/);
  });

  it('can have a codec server that Pod Security accepts as restricted', async () => {
    const { namespace } = environment;
    const values = {
      payloadKeys: { secretName: 'keys' },
      codecServer: { enabled: true, tokensSecretName: 'tokens', tlsSecretName: 'tls', replicas: 1 },
    };
    const manifests = await renderChart({ chart: 'sei-node-tasks', name: namespace, namespace, values });
    const [codecServer = assert.fail('no codec server')] = deploymentsIn(objectsIn(manifests)).filter(
      ({ metadata }) => metadata.name === `${namespace}-sei-node-tasks-codec-server`,
    );
    const { code, stderr } = await podOf(codecServer, codecServer.spec.template.spec.securityContext);
    assert.deepEqual([code, stderr], [0, '']);
    const dryRun = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--filename', '-'];
    assert.equal((await environment.kubectl(dryRun, manifests)).stderr, '');
  });

  it("carry out a first restart with the Deployment's variables, its account's rights and its tokens", async () => {
    const service = await startAsPod(environment, deployment);
    const node = await environment.addNode('first');
    await environment.restart('first', 'first');
    assertComplete(await environment.finished('first'));
    assert.equal(node.sigtermsReceived, 1);
    assert.equal(requestsOf(node, 'POST').length, 1);
    const complaints = (await logLines(service.logFile)).filter(({ level }) => level === 'WARN' || level === 'ERROR');
    assert.deepEqual(complaints, []);
    const lease = variablesOf(deployment)['LEASE_NAME'] ?? '';
    assert.notEqual(await environment.leases.get(environment.namespace, lease), undefined);
  });
});
