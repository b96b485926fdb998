import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminTransport } from '../../dev/admin-transport.ts';
import { applyManifests } from '../../dev/apply-manifests.ts';
import { startLocalServers, type LocalServers } from '../../dev/start-local-servers.ts';
import { publishServers } from './shared-servers.ts';

// Hundreds of processes compile the same modules; this is where Node itself puts the cache.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');

let servers: LocalServers | undefined;

/** Starts one Temporal server and one API server for the whole run; every test file works in namespaces of its own. */
export async function mochaGlobalSetup(): Promise<void> {
  servers = await startLocalServers();
  await using transport = adminTransport(servers.kubernetes);
  await applyManifests(transport);
  publishServers(servers);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await servers?.stop();
}
