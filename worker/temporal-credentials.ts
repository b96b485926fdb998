import type { ClientConnectConfig } from '@temporalio/envconfig';

type ConnectionOptions = Pick<ClientConnectConfig['connectionOptions'], 'apiKey' | 'tls'>;

/** `api-key`: the connection can be given the new key. `reconnect`: certificates need a new connection. */
export type Rotation = 'none' | 'api-key' | 'reconnect';

interface TemporalCredentialsOptions {
  /** What is in use at first. */
  readonly inUse: ClientConnectConfig['connectionOptions'];
  /** Reads the configuration again, with the files that it names. */
  readonly reread: () => ClientConnectConfig;
  /** Never logged. A new key is added. */
  readonly secrets: string[];
}

/** How Temporal is connected, with the certificates and the key that are in use. */
export class TemporalCredentials {
  inUse: ClientConnectConfig['connectionOptions'];
  readonly #reread: () => ClientConnectConfig;
  readonly #secrets: string[];

  constructor({ inUse, reread, secrets }: TemporalCredentialsOptions) {
    this.inUse = inUse;
    this.#reread = reread;
    this.#secrets = secrets;
  }

  /**
   * Reads the files again. What they contain is not in use yet.
   *
   * @throws ConfigError
   */
  read(): { readonly rotation: Rotation; readonly connectionOptions: ClientConnectConfig['connectionOptions'] } {
    const { connectionOptions } = this.#reread();
    const { apiKey } = connectionOptions;
    if (typeof apiKey === 'string' && !this.#secrets.includes(apiKey)) this.#secrets.push(apiKey);
    return { rotation: rotationOf(this.inUse, connectionOptions), connectionOptions };
  }
}

/** What has to be done when the credentials were read again. */
export function rotationOf(before: ConnectionOptions, after: ConnectionOptions): Rotation {
  if (certificatesOf(before) !== certificatesOf(after)) return 'reconnect';
  if (after.apiKey === before.apiKey) return 'none';
  return after.apiKey === undefined ? 'reconnect' : 'api-key';
}

function certificatesOf({ tls }: ConnectionOptions): string {
  if (typeof tls !== 'object' || tls === null) return String(Boolean(tls));
  const { clientCertPair, serverRootCACertificate, serverNameOverride } = tls;
  const files = [serverRootCACertificate, clientCertPair?.crt, clientCertPair?.key];
  return JSON.stringify([serverNameOverride, ...files.map((file) => file && Buffer.from(file).toString('base64'))]);
}
