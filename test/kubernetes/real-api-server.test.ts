import assert from 'node:assert/strict';
import { startLocalServers } from '../../dev/start-local-servers.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { EventRecorder } from '../../kubernetes/event-recorder.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../../kubernetes/load-kube-config.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { updateStatus, type WithStatus } from '../../kubernetes/update-status.ts';
import { ReflectorHarness, until } from './reflector-harness.ts';

interface Status {
  phase?: string;
  note?: string;
  conditions?: { type: string; status: string }[];
}
type Widget = WithStatus<Status>;

const resource = { group: 'test.sei.io', version: 'v1', plural: 'widgets' };
const statusSchema = {
  type: 'object',
  properties: {
    phase: { type: 'string', enum: ['Pending', 'Complete'] },
    note: { type: 'string' },
    conditions: {
      type: 'array',
      items: { type: 'object', properties: { type: { type: 'string' }, status: { type: 'string' } } },
    },
  },
};
const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.test.sei.io' },
  spec: {
    group: resource.group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { status: statusSchema } } },
      },
    ],
  },
};

function widget(name: string): object {
  return { apiVersion: 'test.sei.io/v1', kind: 'Widget', metadata: { name } };
}

describe('kubernetes/ against a real API server', function () {
  this.timeout(60_000);
  let servers: Awaited<ReturnType<typeof startLocalServers>>;
  let transport: KubernetesTransport;
  let widgets: ResourceClient<Widget>;

  async function transportFor(user: Parameters<typeof servers.kubernetes.kubeconfig>[0]): Promise<KubernetesTransport> {
    return new KubernetesTransport(await loadKubeConfig({ file: servers.kubernetes.kubeconfig(user) }));
  }

  before(async () => {
    servers = await startLocalServers();
    transport = await transportFor('admin');
    widgets = new ResourceClient(transport, resource);
  });
  after(async () => {
    await transport?.close();
    await servers?.stop();
  });

  it('reflects a CRD that is created later, and continues after the API server was killed', async () => {
    await using run = new ReflectorHarness(transport, { resource });
    await until(() => run.reflector.lastError !== undefined);
    const definitions = new ResourceClient(transport, {
      group: 'apiextensions.k8s.io',
      version: 'v1',
      plural: 'customresourcedefinitions',
    });
    await definitions.create(undefined, crd);
    await run.reflector.synced;

    const first = await widgets.create('default', widget('reflected'));
    await until(() => run.changes.includes(`+default/reflected ${first.metadata.uid}`));

    await servers.kubernetes.apiServer.kill('SIGKILL');
    await until(() => run.reflector.lastError !== undefined);
    await servers.kubernetes.apiServer.start();
    await widgets.delete('default', 'reflected');
    const second = await widgets.create('default', widget('reflected'));
    await until(() => run.changes.length === 3);
    assert.deepEqual(run.changes.slice(1), [
      `-default/reflected ${first.metadata.uid}`,
      `+default/reflected ${second.metadata.uid}`,
    ]);
    await until(() => run.reflector.lastError === undefined);
  });

  it('writes, changes and removes status fields', async () => {
    const { metadata } = await widgets.create('default', widget('status'));
    const target = { client: widgets, namespace: 'default', name: 'status', uid: metadata.uid };
    await updateStatus({
      ...target,
      compute: () => ({ phase: 'Pending', note: 'x', conditions: [{ type: 'Ready', status: 'False' }] }),
    });
    await updateStatus({
      ...target,
      compute: () => ({ phase: 'Complete', conditions: [{ type: 'Ready', status: 'True' }] }),
    });
    const read = await widgets.get('default', 'status');
    assert.deepEqual(read?.status, { phase: 'Complete', conditions: [{ type: 'Ready', status: 'True' }] });
  });

  it('loses no update with twenty writers', async () => {
    const { metadata } = await widgets.create('default', widget('contended'));
    const target = { client: widgets, namespace: 'default', name: 'contended', uid: metadata.uid };
    const append = async (type: string): Promise<void> => {
      const compute = ({ status }: Widget): Status => ({
        ...status,
        conditions: [...(status?.conditions ?? []), { type, status: 'True' }],
      });
      try {
        await updateStatus({ ...target, compute });
      } catch (error) {
        if (!hasHttpStatus(error, 409)) throw error;
        await append(type);
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => append(String(index))));
    const read = await widgets.get('default', 'contended');
    assert.equal(new Set(read?.status?.conditions?.map(({ type }) => type)).size, 20);
  });

  it('names the field that the schema refuses, and writes the fallback', async () => {
    const { metadata } = await widgets.create('default', widget('refused'));
    const target = {
      client: widgets,
      namespace: 'default',
      name: 'refused',
      uid: metadata.uid,
      compute: (): Status => ({ phase: 'Running' }),
    };
    await assert.rejects(updateStatus(target), { code: 'KUBERNETES_INVALID', message: /status\.phase.*"Running"/ });
    const told: unknown[] = [];
    const result = await updateStatus({
      ...target,
      whenRefused: (_status, refusals) => (told.push(...refusals), { phase: 'Pending' }),
    });
    assert.deepEqual(told, [['status.phase']]);
    assert.equal(result.outcome === 'written' && result.object.status?.phase, 'Pending');
  });

  it('does not change an object that was created again under the same name, even if it gets the old one', async () => {
    const old = await widgets.create('default', widget('replaced'));
    await widgets.delete('default', 'replaced');
    await widgets.create('default', widget('replaced'));
    const target = {
      client: widgets,
      namespace: 'default',
      name: 'replaced',
      uid: old.metadata.uid,
      compute: (): Status => ({ phase: 'Pending' }),
    };
    assert.deepEqual(await updateStatus({ ...target, current: old }), { outcome: 'gone' });
    assert.equal((await widgets.get('default', 'replaced'))?.status, undefined);
  });

  it('records an event once', async () => {
    const { metadata } = await widgets.create('default', widget('event'));
    const regarding = {
      apiVersion: 'test.sei.io/v1',
      kind: 'Widget',
      namespace: 'default',
      name: 'event',
      uid: metadata.uid,
    };
    const recorder = new EventRecorder(transport, 'test');
    const event = {
      regarding,
      type: 'Warning',
      reason: 'TaskFailed',
      action: 'RestartSeid',
      note: 'é'.repeat(2_000),
      key: 'failed',
    } as const;
    await recorder.record(event);
    await recorder.record(event);
    const events = new ResourceClient(transport, { group: 'events.k8s.io', version: 'v1', plural: 'events' });
    const { items } = await events.listPage({ namespace: 'default' });
    assert.equal(
      items.filter((item) => (item as unknown as { regarding: { uid: string } }).regarding.uid === metadata.uid).length,
      1,
    );
  });

  it('reads what identifies the cluster', async () => {
    assert.match(await readClusterId(transport), /^[0-9a-f-]{36}$/);
  });

  it('names verb and resource when a right is missing', async () => {
    const viewer = await transportFor('viewer');
    await assert.rejects(new ResourceClient(viewer, resource).create('default', widget('x')), {
      code: 'KUBERNETES_FORBIDDEN',
      message: /cannot create resource "widgets" in API group "test\.sei\.io"/,
    });
    await viewer.close();
  });
});
