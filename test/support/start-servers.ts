import { adminTransport } from '../../dev/admin-transport.ts';
import { applyManifests } from '../../dev/apply-manifests.ts';
import { startLocalServers, type LocalServers } from '../../dev/start-local-servers.ts';

/** Local servers that serve our resources. Ends them when that fails. */
export async function startServers(): Promise<LocalServers> {
  await using started = new AsyncDisposableStack();
  const servers = await startLocalServers();
  started.defer(servers.stop);
  await using transport = adminTransport(servers.kubernetes);
  await applyManifests(transport);
  started.move();
  return servers;
}
