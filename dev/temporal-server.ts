import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { ServerDefinition } from './local-server.ts';

export interface TemporalOptions {
  readonly binary: string;
  readonly directory: string;
  readonly port: number;
  readonly uiPort: number;
}

/** The namespace that the development server always makes. */
export const TEMPORAL_NAMESPACE = 'default';

/**
 * Makes the database file as fast as one in memory (58 against 54 workflows of three activities per second, 2 cores);
 * with SQLite's defaults it is a third of that. Data survives `kill -9`, not a power cut.
 */
const SQLITE_PRAGMAS = ['synchronous=off', 'locking_mode=exclusive'];

/**
 * The history service reads each of a shard's task queues at most 20 times a second. Real clusters have hundreds of
 * shards; the development server has one, so that a lone workflow advances in steps of 50 ms: three activities took
 * 200 ms, and take 50 with this.
 */
const QUEUES = ['transfer', 'timer', 'visibility'].map((queue) => `history.${queue}ProcessorMaxPollRPS=200`);
/**
 * The server's own default. The development server keeps 8,096 workflows in memory, and reads others from the database
 * at each heartbeat.
 */
const CACHE = 'history.hostLevelCacheMaxSize=128000';

/** Temporal's development server with its web UI; its state is a file, so that it survives a restart. */
export function temporalServer({ binary, directory, port, uiPort }: TemporalOptions): ServerDefinition {
  return {
    name: 'temporal',
    command: binary,
    arguments: [
      'server',
      'start-dev',
      '--ip=127.0.0.1',
      `--port=${port}`,
      `--ui-port=${uiPort}`,
      '--ui-disable-news-fetch',
      `--db-filename=${join(directory, 'temporal.db')}`,
      ...SQLITE_PRAGMAS.map((pragma) => `--sqlite-pragma=${pragma}`),
      ...[...QUEUES, CACHE].map((setting) => `--dynamic-config-value=${setting}`),
    ],
    logFile: join(directory, 'temporal.log'),
    isReady: () => namespaceIsUsable(`127.0.0.1:${port}`),
  };
}

/** The server answers before its namespace can be used; a count goes through the namespace. */
async function namespaceIsUsable(address: string): Promise<boolean> {
  const connection = await Connection.connect({
    address,
    connectTimeout: '1s',
    // By default the client retries a refused connection after a second.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.min_reconnect_backoff_ms': 50 },
  });
  try {
    await new Client({ connection, namespace: TEMPORAL_NAMESPACE }).workflow.count();
    return true;
  } finally {
    await connection.close();
  }
}
