import type { LocalServers } from '../../dev/start-local-servers.ts';
import { startServersWithManifests } from '../../dev/start-servers-with-manifests.ts';
import { TestEnvironment } from './test-environment.ts';

export interface OwnServers {
  readonly servers: LocalServers;
  readonly environment: TestEnvironment;
  /** Ends the environment, then the servers. */
  readonly stop: () => Promise<void>;
}

/** For tests that hurt the servers: an environment on servers that no other test uses. */
export async function startOwnServers(): Promise<OwnServers> {
  await using started = new AsyncDisposableStack();
  const servers = await startServersWithManifests();
  started.defer(servers.stop);
  const environment = await TestEnvironment.create({ servers });
  started.defer(() => environment.stop());
  const running = started.move();
  return { servers, environment, stop: () => running.disposeAsync() };
}
