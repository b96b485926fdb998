import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { Log } from '../api/log.ts';
import { explainTemporalFailure } from './explain-temporal-failure.ts';
import { rotationOf } from './temporal-credentials.ts';

/** How often files with credentials are read again, in milliseconds. */
const INTERVAL_MS = 30_000;

export interface TemporalAccessOptions {
  readonly config: ClientConnectConfig;
  /** Reads the configuration again, with the files that it names. */
  readonly reread: () => ClientConnectConfig;
  /** Never logged. A new key is added. */
  readonly secrets: string[];
  readonly dataConverter: DataConverter;
  readonly log: Log;
}

/** The connection to Temporal, which follows certificates and API keys that are replaced while the process runs. */
export class TemporalAccess {
  readonly #options: TemporalAccessOptions;
  #inUse: ClientConnectConfig['connectionOptions'];
  #connection: NativeConnection;
  #client: Client;
  #worker: Worker | undefined;

  private constructor(options: TemporalAccessOptions, connection: NativeConnection) {
    this.#options = options;
    this.#inUse = options.config.connectionOptions;
    this.#connection = connection;
    this.#client = this.#clientOn(connection);
  }

  /** @throws TemporalConnectionError */
  static async connect(options: TemporalAccessOptions): Promise<TemporalAccess> {
    return new TemporalAccess(options, await connect(options.config.connectionOptions));
  }

  get connection(): NativeConnection {
    return this.#connection;
  }

  /** How it is connected: with the certificates and the key that are in use. */
  get connectionOptions(): ClientConnectConfig['connectionOptions'] {
    return this.#inUse;
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
    const { connectionOptions } = this.#options.reread();
    const rotation = rotationOf(this.#inUse, connectionOptions);
    if (rotation === 'none') return;
    const { apiKey } = connectionOptions;
    if (typeof apiKey === 'string') this.#options.secrets.push(apiKey);
    if (rotation === 'api-key' && apiKey !== undefined) await this.#connection.setApiKey(apiKey);
    else await this.#reconnect(connectionOptions);
    this.#inUse = connectionOptions;
    this.#options.log('TemporalCredentialsReplaced', { rotation });
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
    const { config, dataConverter } = this.#options;
    return new Client({ connection, namespace: config.namespace ?? 'default', dataConverter });
  }
}

async function connect(options: ClientConnectConfig['connectionOptions']): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    throw explainTemporalFailure(error);
  }
}
