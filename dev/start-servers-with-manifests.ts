import { adminTransport } from './admin-transport.ts';
import { applyManifests } from './apply-manifests.ts';
import { startLocalServers, type LocalServers, type LocalServersOptions } from './start-local-servers.ts';

/**
 * Local servers that serve our resources, with the service's accounts and their rights.
 *
 * @throws What `startLocalServers` and `applyManifests` throw; the servers are ended first.
 */
export async function startServersWithManifests(options: LocalServersOptions = {}): Promise<LocalServers> {
  await using started = new AsyncDisposableStack();
  const servers = await startLocalServers(options);
  started.defer(servers.stop);
  await using transport = await adminTransport(servers.kubernetes);
  await applyManifests(transport);
  started.move();
  return servers;
}
