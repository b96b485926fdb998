import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { helm, renderChart, type Chart } from '../../dev/helm.ts';
import { readManifest } from '../../dev/read-manifest.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { configSchema } from '../../worker/config.ts';
import { chartObjects, deploymentsIn, variablesOf, type Deployment } from '../support/chart-objects.ts';

const RELEASE = { chart: 'sei-node-tasks', name: 'sei-node-tasks', namespace: 'sei-system' } as const;

interface PodMonitor extends KubernetesObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podMetricsEndpoints: readonly [{ readonly port: string }];
  };
}

async function deployments(values: object): Promise<Deployment[]> {
  return deploymentsIn(await chartObjects({ ...RELEASE, values }));
}

describe('the charts', function () {
  // Helm is compiled on a machine that does not have it yet.
  this.timeout(900_000);

  const charts: readonly Chart[] = ['sei-node-tasks', 'sei-node-tasks-crds'];
  for (const chart of charts) {
    it(`pass helm lint: ${chart}`, async () => {
      const { code, stdout, stderr } = await helm(['lint', '--strict', chart]);
      assert.equal(code, 0, stdout + stderr);
    });
  }

  it('render, with default values, what deploy/base contains', async () => {
    const base = await readFile(new URL('../../deploy/base/sei-node-tasks.yaml', import.meta.url), 'utf8');
    assert.equal(await renderChart(RELEASE), base, 'run `npm run render` and commit the result');
  });

  it('contain the CRDs of deploy/crd, which stay when their release is deleted', async () => {
    const definitions = await chartObjects({ ...RELEASE, chart: 'sei-node-tasks-crds' });
    assert.deepEqual(definitions.map(({ metadata }) => metadata.name).toSorted(), [
      'seinoderunbooks.sei.io',
      'seinodetasks.sei.io',
    ]);
    for (const { metadata } of definitions)
      assert.deepEqual(metadata.annotations, { 'helm.sh/resource-policy': 'keep' });
  });

  const refused: readonly (readonly [what: string, values: object, field: RegExp])[] = [
    ['a misspelt value', { replica: 3 }, /replica/],
    ['a misspelt value in a group', { temporal: { adress: 'temporal:7233' } }, /\/temporal.*adress/s],
    ['an address without a port', { temporal: { address: 'temporal' } }, /\/temporal\/address/],
    ['an address with a scheme', { temporal: { address: 'https://temporal:7233' } }, /\/temporal\/address/],
    [
      'a URL without the name of the node',
      { sidecar: { urlTemplate: 'http://sidecar:8443' } },
      /\/sidecar\/urlTemplate/,
    ],
    ['a password in a URL', { sidecar: { urlTemplate: 'http://a:b@{name}' } }, /\/sidecar\/urlTemplate/],
    ['no audience', { sidecar: { audience: '' } }, /\/sidecar\/audience/],
    ['a token of five minutes', { sidecar: { tokenExpirationSeconds: 300 } }, /\/sidecar\/tokenExpirationSeconds/],
    ['a number as text', { all: { replicas: '2' } }, /\/all\/replicas/],
    [
      'a quantity with a typing mistake',
      { all: { resources: { limits: { memory: '2GB' } } } },
      /\/all\/resources\/limits\/memory/,
    ],
    ['a namespace in capitals', { watchNamespaces: ['Arctic'] }, /\/watchNamespaces\/0/],
    ['a variable that does not exist', { env: { LOG_LEVLE: 'DEBUG' } }, /\/env.*LOG_LEVLE/s],
    ['a variable that the chart sets', { env: { ROLE: 'worker' } }, /\/env.*ROLE/s],
    ['a grace of zero', { shutdownGraceSeconds: 0 }, /\/shutdownGraceSeconds/],
    ['a host name to listen on', { listenAddress: 'localhost' }, /\/listenAddress/],
  ];
  for (const [what, values, field] of refused) {
    it(`refuse ${what}, and name the field`, async () => {
      await assert.rejects(renderChart({ ...RELEASE, values }), field);
    });
  }

  it('refuse a release name that makes names too long', async () => {
    await assert.rejects(renderChart({ ...RELEASE, name: 'a'.repeat(50) }), /release name "a+" is too long/);
  });

  it('set only variables that exist, and let `env` set the others', async () => {
    const variables = (await deployments({ env: { LOG_LEVEL: 'DEBUG', MAX_CONCURRENT_POLLS: 5 } })).map(variablesOf);
    assert.equal(variables.length, 1);
    const own = Object.keys(variables[0] ?? {}).filter((name) => !name.startsWith('TEMPORAL_'));
    assert.deepEqual(
      own.filter((name) => !Object.hasOwn(configSchema.shape, name)),
      [],
    );
    assert.equal(variables[0]?.['LOG_LEVEL'], 'DEBUG');
    assert.equal(variables[0]?.['MAX_CONCURRENT_POLLS'], '5');
  });

  it('have a Deployment for each role when they are separate, each with its own account', async () => {
    const rendered = await deployments({ separateRoles: true });
    assert.deepEqual(
      rendered.map((deployment) => [
        deployment.spec.template.spec.serviceAccountName,
        variablesOf(deployment)['ROLE'],
        variablesOf(deployment)['SIDECAR_TOKEN_FILE'] !== undefined,
      ]),
      [
        ['sei-node-tasks-bridge', 'bridge', false],
        ['sei-node-tasks-worker', 'worker', true],
      ],
    );
  });

  for (const separateRoles of [false, true]) {
    it(`let a disruption budget select each Deployment's pods alone, ${separateRoles ? 'with separate roles' : 'by default'}`, async () => {
      const objects = await chartObjects({ ...RELEASE, values: { separateRoles } });
      const rendered = deploymentsIn(objects);
      const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget') as Deployment[];
      const selected = budgets.map(({ spec }) =>
        rendered
          .filter(({ spec: { template } }) =>
            Object.entries(spec.selector.matchLabels).every(
              ([name, value]) => template.metadata.labels[name] === value,
            ),
          )
          .map(({ metadata }) => metadata.name),
      );
      assert.deepEqual(
        selected,
        rendered.map(({ metadata }) => [metadata.name]),
      );
    });
  }

  it('give a pod more time to end than the service takes', async () => {
    const [deployment = assert.fail()] = await deployments({ shutdownGraceSeconds: 60 });
    assert.equal(variablesOf(deployment)['SHUTDOWN_GRACE'], '60s');
    assert.ok(deployment.spec.template.spec.terminationGracePeriodSeconds > 60);
  });

  it('mount the Secrets and ConfigMaps that are named, and point the variables at them', async () => {
    const [deployment = assert.fail()] = await deployments({
      temporal: { tls: { caSecretName: 'ca', clientSecretName: 'client' }, apiKey: { secretName: 'key' } },
      payloadKeys: { secretName: 'keys' },
      sidecar: { caConfigMapName: 'cas' },
    });
    const variables = variablesOf(deployment);
    const mounts = deployment.spec.template.spec.containers[0].volumeMounts ?? [];
    const volumes = deployment.spec.template.spec.volumes ?? [];
    const files = Object.entries(variables).filter(([, value]) => value.startsWith('/'));
    assert.deepEqual(files.map(([name]) => name).toSorted(), [
      'PAYLOAD_KEY_FILE',
      'SIDECAR_CA_FILE',
      'SIDECAR_TOKEN_FILE',
      'TEMPORAL_TLS_CLIENT_CERT_PATH',
      'TEMPORAL_TLS_CLIENT_KEY_PATH',
      'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
    ]);
    for (const [name, file] of files)
      assert.equal(mounts.filter(({ mountPath }) => file.startsWith(`${mountPath}/`)).length, 1, name);
    assert.deepEqual(
      mounts.map(({ name }) => name),
      volumes.map(({ name }) => name),
    );
  });

  it('contain the alerts and the dashboard of deploy/monitoring, and scrape the port of the metrics', async () => {
    const objects = await chartObjects({
      ...RELEASE,
      values: {
        monitoring: {
          podMonitor: { enabled: true, labels: { release: 'prometheus' } },
          prometheusRule: { enabled: true, runbookPrefix: 'https://pages.example/' },
          dashboard: { enabled: true },
        },
      },
    });
    const [{ spec: { template } } = assert.fail()] = deploymentsIn(objects);
    const ofKind = (kind: string): unknown => objects.find((object) => object.kind === kind);
    const { spec, metadata } = ofKind('PodMonitor') as PodMonitor;
    assert.equal(metadata.labels?.['release'], 'prometheus');
    assert.deepEqual({ ...template.metadata.labels, ...spec.selector.matchLabels }, template.metadata.labels);
    const ports = template.spec.containers[0].ports.map(({ name }) => name);
    assert.ok(ports.includes(spec.podMetricsEndpoints[0].port));
    const [rules] = await readManifest('monitoring/rules.yaml');
    const withPrefix = JSON.stringify(rules).replaceAll('"runbook_url":"', '"runbook_url":"https://pages.example/');
    assert.deepEqual((ofKind('PrometheusRule') as { spec: unknown }).spec, JSON.parse(withPrefix));
    const dashboard = await readFile(new URL('../../deploy/monitoring/dashboard.json', import.meta.url), 'utf8');
    const { data } = ofKind('ConfigMap') as { data: Record<string, string> };
    assert.deepEqual(JSON.parse(data['sei-node-tasks.json'] ?? ''), JSON.parse(dashboard));
  });

  it('open the ports of Temporal, the sidecars and the RPC as they are configured', async () => {
    const text = await renderChart({
      ...RELEASE,
      values: {
        temporal: { address: '[::1]:7777' },
        sidecar: { urlTemplate: 'https://{name}.{namespace}.svc/path:1' },
        rpc: { urlTemplate: 'http://{name}:26657/rpc' },
      },
    });
    const [, policy = ''] = text.split('kind: NetworkPolicy');
    for (const port of ['port: 7777 ', 'port: 443 ', 'port: 26657 ']) assert.ok(policy.includes(port), port);
  });
});
