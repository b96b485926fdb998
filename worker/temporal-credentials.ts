import type { ClientConnectConfig } from '@temporalio/envconfig';

type ConnectionOptions = Pick<ClientConnectConfig['connectionOptions'], 'apiKey' | 'tls'>;

/** `api-key`: the connection can be given the new key. `reconnect`: certificates need a new connection. */
export type Rotation = 'none' | 'api-key' | 'reconnect';

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
