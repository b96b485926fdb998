import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { renderChart } from '../../dev/helm.ts';
import type { KubectlResult } from '../../dev/kubectl.ts';
import { objectsIn } from '../support/chart-objects.ts';
import { prometheusOperatorDefinitions } from '../support/prometheus-operator-definitions.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
/** Applied by other programs: helm, kustomize and Prometheus. */
const NOT_FOR_KUBECTL = /^charts\/|kustomization\.yaml$|^monitoring\//;
const SECRETS = {
  tls: { enabled: true, caSecretName: 'temporal-ca', clientSecretName: 'temporal-client', serverName: 'temporal' },
  apiKey: { secretName: 'temporal-api-key', key: 'api-key' },
};
const PEERS = [
  { namespaceSelector: {}, podSelector: { matchLabels: { a: 'b' } } },
  { ipBlock: { cidr: '10.0.0.0/8' } },
];

/** Values files, each with what is different in its manifests. */
const renderings: Readonly<Record<string, object>> = {
  'with default values': {},
  'with separate roles': { separateRoles: true, bridge: { replicas: 3 }, worker: { replicas: 5 } },
  'with two builds of the workers': { separateRoles: true, worker: { builds: ['0.1.0', '0.2.0'] } },
  'with nothing that can be left out': {
    admission: { enabled: false },
    rbac: { create: false },
    podDisruptionBudget: { enabled: false },
    flowSchema: { enabled: false },
    networkPolicy: { enabled: false },
  },
  'with credentials of all kinds': {
    image: { digest: `sha256:${'0'.repeat(64)}`, pullSecrets: ['registry'] },
    temporal: { ...SECRETS, uiUrl: 'https://temporal.example' },
    payloadKeys: { secretName: 'payload-keys' },
    sidecar: { caConfigMapName: 'sidecar-ca', urlTemplate: 'https://{name}.{namespace}.svc:8443' },
  },
  'with a codec server': {
    payloadKeys: { secretName: 'payload-keys' },
    codecServer: { enabled: true, origins: ['https://temporal.example'], tokensSecretName: 'tokens', peers: PEERS },
  },
  'with all that says where pods run': {
    podAnnotations: { 'example.com/a': 'b' },
    podLabels: { team: 'nodes' },
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: {} }] },
    },
    priorityClassName: 'system-cluster-critical',
    env: { LOG_LEVEL: 'DEBUG', MAX_CONCURRENT_POLLS: 5 },
  },
  'with narrow network policies': {
    networkPolicy: {
      apiServerCIDRs: ['10.0.0.1/32', 'fd00::1/128'],
      temporalPeers: PEERS,
      nodePeers: PEERS,
      metricsPeers: PEERS,
      extraEgress: [{ to: PEERS, ports: [{ protocol: 'TCP', port: 3128 }] }],
    },
  },
  'in a cluster with IPv6 only': { listenAddress: '[::]', temporal: { address: '[fd00::2]:7233' } },
  'with monitoring': {
    monitoring: {
      podMonitor: { enabled: true, labels: { release: 'prometheus' } },
      prometheusRule: { enabled: true, labels: { release: 'prometheus' }, runbookPrefix: 'https://pages.example/' },
      dashboard: { enabled: true },
    },
  },
  'next to the Go controller, divided by tasks': { coexistence: { dividedBy: 'TaskLabel' } },
  'next to the Go controller, divided by namespaces': {
    coexistence: { dividedBy: 'NamespaceLabel', goController: { namespace: 'go', serviceAccountName: 'manager' } },
    watchNamespaces: ['arctic-1', 'pacific-1'],
  },
};

describe('each manifest', function () {
  // Helm is compiled on a machine that does not have it yet.
  this.timeout(900_000);
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    const definitions = await prometheusOperatorDefinitions();
    const manifest = ['--filename', '-'];
    const { code, stderr } = await environment.kubectl(['apply', '--server-side', ...manifest], definitions);
    assert.equal(code, 0, stderr);
    environment.added.defer(async () => {
      await environment.kubectl(['delete', '--ignore-not-found', '--wait=false', ...manifest], definitions);
    });
    const established = await environment.kubectl(['wait', '--for=condition=Established', ...manifest], definitions);
    assert.equal(established.code, 0, established.stderr);
  });

  after(() => environment.stop());

  async function dryRun(source: readonly string[], input = ''): Promise<KubectlResult> {
    const strictly = ['--dry-run=server', '--server-side', '--force-conflicts', '--validate=strict'];
    return await environment.kubectl(['apply', ...strictly, ...source], input);
  }

  async function rendered(values: object): Promise<string> {
    const { namespace } = environment;
    return await renderChart({ chart: 'sei-node-tasks', name: namespace, namespace, values });
  }

  for (const folder of ['crd', 'base']) {
    it(`is accepted as kustomize reads it from deploy/${folder}`, async () => {
      const { code, stderr } = await dryRun(['--namespace=sei-system', `--kustomize=${DEPLOY}${folder}`]);
      assert.deepEqual([code, stderr], [0, '']);
    });
  }

  for (const file of globSync('**/*.yaml', { cwd: DEPLOY }).filter((name) => !NOT_FOR_KUBECTL.test(name))) {
    it(`is accepted: deploy/${file}`, async () => {
      const text = await readFile(`${DEPLOY}${file}`, 'utf8');
      const { code, stderr } = await dryRun(
        ['--namespace=', '--filename=-'],
        text.replace('namespace: argocd', `namespace: ${environment.namespace}`),
      );
      assert.deepEqual([code, stderr], [0, '']);
    });
  }

  for (const [what, values] of Object.entries(renderings)) {
    it(`is accepted: the chart ${what}`, async () => {
      const text = await rendered(values);
      // The API server ignores a null, which is what a template leaves behind when a value is missing.
      assert.doesNotMatch(JSON.stringify(objectsIn(text)), /[:[,]null[,\]}]/);
      const { code, stdout, stderr } = await dryRun(['--filename=-'], text);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /deployment\.apps\/\S+ serverside-applied/);
    });
  }

  const misspelt: readonly (readonly [field: string, instead: string])[] = [
    ['terminationGracePeriodSeconds', 'terminationGracePeriodSecond'],
    ['podMetricsEndpoints', 'podMetricEndpoints'],
    ['expr', 'exprs'],
    ['validationActions', 'validationAction'],
  ];
  for (const [field, instead] of misspelt) {
    it(`is refused with ${instead} in place of ${field}`, async () => {
      const text = await rendered(renderings['with monitoring'] ?? {});
      assert.ok(text.includes(`${field}:`));
      const { code, stderr } = await dryRun(['--filename=-'], text.replace(`${field}:`, `${instead}:`));
      assert.notEqual(code, 0);
      assert.ok(stderr.includes(instead), stderr);
    });
  }
});
