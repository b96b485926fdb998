import { X509Certificate } from 'node:crypto';
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

export interface Expiry {
  readonly name: 'temporal-client-certificate' | 'temporal-server-ca' | 'temporal-api-key';
  /** In seconds since the epoch. */
  readonly expiresAt: number;
}

/** When the credentials expire, as far as they say so: the first certificate of each file, and a key that is a JWT. */
export function expiriesOf({ apiKey, tls }: ConnectionOptions): Expiry[] {
  const { clientCertPair, serverRootCACertificate } = typeof tls === 'object' && tls !== null ? tls : {};
  const expiries: readonly (readonly [Expiry['name'], number | undefined])[] = [
    ['temporal-client-certificate', certificateExpiry(clientCertPair?.crt)],
    ['temporal-server-ca', certificateExpiry(serverRootCACertificate)],
    ['temporal-api-key', tokenExpiry(apiKey)],
  ];
  return expiries.flatMap(([name, expiresAt]) => (expiresAt === undefined ? [] : [{ name, expiresAt }]));
}

function certificatesOf({ tls }: ConnectionOptions): string {
  if (typeof tls !== 'object' || tls === null) return String(Boolean(tls));
  const { clientCertPair, serverRootCACertificate, serverNameOverride } = tls;
  const files = [serverRootCACertificate, clientCertPair?.crt, clientCertPair?.key];
  return JSON.stringify([serverNameOverride, ...files.map((file) => file && Buffer.from(file).toString('base64'))]);
}

function certificateExpiry(pem: Uint8Array | undefined): number | undefined {
  try {
    return pem && Math.floor(Date.parse(new X509Certificate(pem).validTo) / 1_000);
  } catch {
    return undefined;
  }
}

function tokenExpiry(token: string | undefined): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' ? exp : undefined;
  } catch {
    return undefined;
  }
}
