import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { Log } from '../api/log.ts';
import { explainTemporalFailure } from './explain-temporal-failure.ts';
import type { TemporalCredentials } from './temporal-credentials.ts';

/** How often files with credentials are read again, in milliseconds. */
const INTERVAL_MS = 30_000;

export interface TemporalAccessOptions {
  readonly credentials: TemporalCredentials;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
  readonly log: Log;
}

/** The connection to Temporal, which follows certificates and API keys that are replaced while the process runs. */
export class TemporalAccess {
  readonly #options: TemporalAccessOptions;
  #connection: NativeConnection;
  #client: Client;
  #worker: Worker | undefined;

  private constructor(options: TemporalAccessOptions, connection: NativeConnection) {
    this.#options = options;
    this.#connection = connection;
    this.#client = this.#clientOn(connection);
  }

  /**
   * Reads the credentials again first: whoever calls this again hopes that they were corrected.
   *
   * @throws TemporalConnectionError
   */
  static async connect(options: TemporalAccessOptions): Promise<TemporalAccess> {
    const { credentials, log } = options;
    try {
      const { rotation, connectionOptions } = credentials.read();
      if (rotation !== 'none') credentials.inUse = connectionOptions;
    } catch (error) {
      log('TemporalCredentialsInvalid', { error });
    }
    return new TemporalAccess(options, await connect(credentials.inUse));
  }

  get connection(): NativeConnection {
    return this.#connection;
  }

  get client(): Client {
    return this.#client;
  }

  /** Lets a worker follow to new connections. */
  attach(worker: Worker): void {
    this.#worker = worker;
  }

  /** Reads the credentials again at intervals, until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await this.rotate().catch((error: unknown) => this.#options.log('TemporalCredentialsInvalid', { error }));
    }
  }

  /** Reads the credentials, and uses them if they have changed. */
  async rotate(): Promise<void> {
    const { credentials, log } = this.#options;
    const { rotation, connectionOptions } = credentials.read();
    if (rotation === 'none') return;
    const { apiKey } = connectionOptions;
    if (rotation === 'api-key' && apiKey !== undefined) await this.#connection.setApiKey(apiKey);
    else await this.#reconnect(connectionOptions);
    credentials.inUse = connectionOptions;
    log('TemporalCredentialsReplaced', { rotation });
  }

  async #reconnect(connectionOptions: ClientConnectConfig['connectionOptions']): Promise<void> {
    const previous = this.#connection;
    const connection = await connect(connectionOptions);
    if (this.#worker !== undefined) this.#worker.connection = connection;
    this.#connection = connection;
    this.#client = this.#clientOn(connection);
    await previous.close();
  }

  #clientOn(connection: NativeConnection): Client {
    const { namespace, dataConverter } = this.#options;
    return new Client({ connection, namespace, dataConverter });
  }
}

async function connect(options: ClientConnectConfig['connectionOptions']): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    throw explainTemporalFailure(error);
  }
}
