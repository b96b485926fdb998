import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { helm, renderChart, type Chart } from '../../dev/helm.ts';
import { readManifest } from '../../dev/read-manifest.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { configSchema } from '../../worker/config.ts';
import { chartObjects, deploymentsIn, objectsIn, variablesOf, type Deployment } from '../support/chart-objects.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const RELEASE = { chart: 'sei-node-tasks', name: 'sei-node-tasks', namespace: 'sei-system' } as const;

interface Binding extends KubernetesObject {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

interface PodMonitor extends KubernetesObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podMetricsEndpoints: readonly [{ readonly port: string }];
  };
}

/** Helm sorts by kind, and the files in deploy/ have each policy before its binding. */
function inOrder(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const names = new Map(objects.map((object) => [`${object.metadata.name} ${object.kind}`, object]));
  return [...names.keys()].toSorted().flatMap((name) => names.get(name) ?? []);
}

/** Kustomize puts added variables first. */
function withVariablesInOrder(object: KubernetesObject): KubernetesObject {
  const [deployment] = deploymentsIn([object]);
  deployment?.spec.template.spec.containers[0].env.sort((one, other) => (one.name < other.name ? -1 : 1));
  return object;
}

async function deployments(values: object): Promise<Deployment[]> {
  return deploymentsIn(await chartObjects({ ...RELEASE, values }));
}

function isSelected(
  { matchLabels }: Deployment['spec']['selector'],
  { metadata }: Deployment['spec']['template'],
): boolean {
  return Object.entries(matchLabels).every(([name, value]) => metadata.labels[name] === value);
}

/** The policies of a release, and the selector of its pods. */
async function policies(values: object): Promise<{ objects: KubernetesObject[]; selector: string | undefined }> {
  const rendered = await chartObjects({ ...RELEASE, values });
  const [deployment = assert.fail()] = deploymentsIn(rendered);
  const objects = inOrder(rendered.filter(({ kind }) => kind?.startsWith('ValidatingAdmissionPolicy')));
  return { objects, selector: variablesOf(deployment)['TASK_SELECTOR'] };
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

  it('contain the policy of deploy/admission, and by request that of deploy/coexist', async () => {
    const admission = inOrder(await readManifest('admission/task-kinds.yaml'));
    const coexist = inOrder(await readManifest('coexist/status-writes.yaml'));
    assert.deepEqual(await policies({}), { objects: admission, selector: undefined });
    const off = { admission: { enabled: false } };
    const divided = { taskSelector: 'team=a', env: { TASK_QUEUE: 'team-a' } };
    assert.deepEqual(await policies({ ...off, ...divided }), { objects: [], selector: 'team=a' });
    const byTask = { ...off, coexistence: { dividedBy: 'TaskLabel' } };
    assert.deepEqual(await policies(byTask), { objects: coexist, selector: 'sei.io/executor=temporal' });
    const byNamespace = { coexistence: { dividedBy: 'NamespaceLabel' }, watchNamespaces: ['arctic-1'] };
    assert.deepEqual(await policies(byNamespace), { objects: [...coexist, ...admission], selector: undefined });
  });

  it('render what kustomize makes of deploy/base and the component deploy/coexist', async () => {
    const overlay = await mkdtemp(join(tmpdir(), 'overlay-'));
    const path = (folder: string): string => relative(overlay, join(DEPLOY, folder));
    const kustomization = { resources: [path('base')], components: [path('coexist')] };
    await writeFile(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
    const { stdout } = await promisify(execFile)('kubectl', ['kustomize', overlay]);
    await rm(overlay, { recursive: true });
    const made = objectsIn(stdout).filter(({ kind }) => kind !== 'Namespace');
    const rendered = await chartObjects({ ...RELEASE, values: { coexistence: { dividedBy: 'TaskLabel' } } });
    assert.deepEqual(inOrder(made.map(withVariablesInOrder)), inOrder(rendered.map(withVariablesInOrder)));
  });

  it('name the account of the Go controller in its policy, also in the namespace of the roles', async () => {
    const goController = { namespace: 'sei-system', serviceAccountName: 'manager' };
    const { objects } = await policies({ coexistence: { dividedBy: 'TaskLabel', goController } });
    const text = JSON.stringify(objects);
    assert.ok(text.includes("request.userInfo.username == 'system:serviceaccount:sei-system:manager'"), text);
    assert.ok(!text.includes('sei-k8s-controller-system'));
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

  it('have a Deployment of workers for each build, whose pods no other Deployment selects', async () => {
    const rendered = await deployments({
      separateRoles: true,
      image: { repository: 'r.example/snt', tag: '0.2.0' },
      worker: { builds: ['0.1.0', '0.2.0'] },
    });
    assert.deepEqual(
      rendered.map((deployment) => [
        deployment.metadata.name,
        deployment.spec.template.spec.containers[0].image,
        variablesOf(deployment)['TEMPORAL_DEPLOYMENT_NAME'],
        variablesOf(deployment)['TEMPORAL_WORKER_BUILD_ID'],
      ]),
      [
        ['sei-node-tasks-bridge', 'r.example/snt:0.2.0', undefined, undefined],
        ['sei-node-tasks-worker-0-1-0', 'r.example/snt:0.1.0', 'sei-node-tasks', '0.1.0'],
        ['sei-node-tasks-worker-0-2-0', 'r.example/snt:0.2.0', 'sei-node-tasks', '0.2.0'],
      ],
    );
    for (const { metadata, spec } of rendered)
      assert.deepEqual(
        rendered
          .filter(({ spec: { template } }) => isSelected(spec.selector, template))
          .map((each) => each.metadata.name),
        [metadata.name],
      );
  });

  for (const separateRoles of [false, true]) {
    it(`let a disruption budget select each Deployment's pods alone, ${separateRoles ? 'with separate roles' : 'by default'}`, async () => {
      const objects = await chartObjects({ ...RELEASE, values: { separateRoles } });
      const rendered = deploymentsIn(objects);
      const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget') as Deployment[];
      const selected = budgets.map(({ spec }) =>
        rendered
          .filter(({ spec: { template } }) => isSelected(spec.selector, template))
          .map(({ metadata }) => metadata.name),
      );
      assert.deepEqual(
        selected,
        rendered.map(({ metadata }) => [metadata.name]),
      );
    });
  }

  for (const [name, namespace] of [
    ['sei-system', 'ops'],
    ['ops', 'sei-node-tasks'],
  ] as const) {
    it(`bind every role to the account of the pods: release ${name} in namespace ${namespace}`, async () => {
      const objects = await chartObjects({ chart: 'sei-node-tasks', name, namespace });
      const [deployment = assert.fail()] = deploymentsIn(objects);
      const { serviceAccountName } = deployment.spec.template.spec;
      const account = { kind: 'ServiceAccount', name: serviceAccountName, namespace };
      const bindings = objects.filter(({ kind }) => kind?.endsWith('RoleBinding')) as Binding[];
      assert.ok(bindings.length > 0);
      for (const { metadata, roleRef, subjects } of bindings) {
        assert.ok(
          subjects.some((subject) => isDeepStrictEqual(subject, account)),
          metadata.name,
        );
        const role = objects.find((object) => object.kind === roleRef.kind && object.metadata.name === roleRef.name);
        assert.ok(role !== undefined, roleRef.name);
        assert.equal(role.metadata.namespace, metadata.namespace);
      }
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
      'TEMPORAL_API_KEY_FILE',
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
