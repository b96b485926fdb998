import { startServersWithManifests } from '../../dev/start-servers-with-manifests.ts';
import { sharedServers } from './shared-servers.ts';
import { TestEnvironment } from './test-environment.ts';

export interface TwoClusters {
  /** On the servers of the test run. */
  readonly here: TestEnvironment;
  /** On a kube-apiserver of its own, in a namespace of the same name. */
  readonly there: TestEnvironment;
  readonly stop: () => Promise<void>;
}

/** Two clusters that share a Temporal namespace. */
export async function startTwoClusters(): Promise<TwoClusters> {
  await using started = new AsyncDisposableStack();
  const servers = await startServersWithManifests();
  started.defer(servers.stop);
  const here = await TestEnvironment.create();
  started.defer(() => here.stop());
  const there = await TestEnvironment.create({
    servers: { ...servers, temporal: (await sharedServers()).temporal },
    namespace: here.namespace,
  });
  started.defer(() => there.stop());
  const running = started.move();
  return { here, there, stop: () => running.disposeAsync() };
}
