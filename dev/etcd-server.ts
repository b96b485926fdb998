import { join } from 'node:path';
import { request } from 'undici';
import type { ServerDefinition } from './local-server.ts';

export interface EtcdOptions {
  readonly binary: string;
  readonly directory: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

/** One etcd member without durability: its data survives a restart of the process, not a power cut. */
export function etcdServer({ binary, directory, clientPort, peerPort }: EtcdOptions): ServerDefinition {
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return {
    name: 'etcd',
    command: binary,
    arguments: [
      '--name=local',
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=local=${peer}`,
      '--unsafe-no-fsync',
      // A lone member elects itself, but waits for the timeout first: 0.8 s to be ready with the defaults.
      '--heartbeat-interval=20',
      '--election-timeout=200',
      '--log-level=warn',
    ],
    logFile: join(directory, 'etcd.log'),
    async isReady() {
      const { statusCode, body } = await request(`${client}/health`);
      await body.dump();
      return statusCode === 200;
    },
  };
}
