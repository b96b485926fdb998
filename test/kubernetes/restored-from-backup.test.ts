import assert from 'node:assert/strict';
import { startLocalServers, type LocalServers } from '../../dev/start-local-servers.ts';
import { isOlderVersion } from '../../kubernetes/is-older-version.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../../kubernetes/load-kube-config.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { backUp } from '../support/back-up.ts';
import { eventually } from '../support/eventually.ts';
import { ReflectorHarness } from './reflector-harness.ts';

const resource = { group: '', version: 'v1', plural: 'configmaps' };

describe('Reflector, when a real API server is restored from an older backup', () => {
  let servers: LocalServers;
  let transport: KubernetesTransport;
  let configMaps: ResourceClient;

  before(async () => {
    servers = await startLocalServers();
    transport = new KubernetesTransport(await loadKubeConfig({ file: servers.kubernetes.kubeconfig('admin') }));
    configMaps = new ResourceClient(transport, resource);
  });
  after(async () => {
    await transport?.close();
    await servers?.stop();
  });

  const create = async (name: string): Promise<KubernetesObject> =>
    await configMaps.create('default', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { of: 'this-test' } },
    });

  it('has the restored objects, and reports later ones as deleted', async () => {
    await using run = new ReflectorHarness(transport, {
      resource,
      namespace: 'default',
      labelSelector: 'of=this-test',
    });
    const kept = await create('kept');
    const restore = await backUp(servers, 'etcd');
    // More than a starting API server writes by itself, with which the revisions would soon be past those that were
    // lost.
    for (let count = 0; count < 200; count += 1)
      await configMaps.patch({ namespace: 'default', name: 'kept' }, { data: { count: String(count) } });
    const lost = await create('lost');
    const has = (change: string) => (): boolean => run.changes.includes(change);
    await eventually('what came after the backup', has(`+default/lost ${lost.metadata.uid}`));
    await eventually(
      'what changed after the backup',
      () => run.reflector.get('default/kept')?.metadata.resourceVersion !== kept.metadata.resourceVersion,
    );
    await restore();
    const next = await create('next');
    assert.ok(
      isOlderVersion(next.metadata.resourceVersion, lost.metadata.resourceVersion),
      `${next.metadata.resourceVersion} is not older than ${lost.metadata.resourceVersion}`,
    );
    await eventually('the loss', has(`-default/lost ${lost.metadata.uid}`));
    await eventually('what came after the restore', has(`+default/next ${next.metadata.uid}`));
    assert.deepEqual(
      run.reflector.list().map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
      [
        ['kept', kept.metadata.resourceVersion],
        ['next', next.metadata.resourceVersion],
      ],
    );
  });
});
