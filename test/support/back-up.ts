import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalServer } from '../../dev/local-server.ts';
import type { LocalServers } from '../../dev/start-local-servers.ts';

interface Store {
  /** Those that must not run while the files are touched, in the order in which they start. */
  readonly servers: readonly LocalServer[];
  readonly files: RegExp;
}

const stores = {
  etcd: ({ kubernetes: { etcd, apiServer } }: LocalServers): Store => ({ servers: [etcd, apiServer], files: /^etcd$/ }),
  temporal: ({ temporal: { server } }: LocalServers): Store => ({ servers: [server], files: /^temporal\.db/ }),
};

/**
 * Copies what a server has stored, while it does not run.
 *
 * @returns What puts the copy back and starts the server on it.
 */
export async function backUp(servers: LocalServers, what: keyof typeof stores): Promise<() => Promise<void>> {
  const store = stores[what](servers);
  const { directory } = servers;
  const backup = join(directory, `${what}-backup`);
  await whileStopped(store, () => copyFiles(store, directory, backup));
  return async () => {
    await whileStopped(store, async () => {
      for (const file of await filesOf(store, directory)) await rm(join(directory, file), { recursive: true });
      await copyFiles(store, backup, directory);
    });
  };
}

async function whileStopped({ servers }: Store, work: () => Promise<void>): Promise<void> {
  for (const server of servers.toReversed()) await server.stop();
  await work();
  for (const server of servers) await server.start();
}

async function copyFiles(store: Store, from: string, to: string): Promise<void> {
  for (const file of await filesOf(store, from)) await cp(join(from, file), join(to, file), { recursive: true });
}

async function filesOf({ files }: Store, directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => files.test(name));
}
