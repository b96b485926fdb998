import { X509Certificate } from 'node:crypto';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { BearerToken } from '../activities/bearer-token.ts';
import { readAuthorities } from '../activities/sidecar-trust.ts';
import type { Metrics } from '../api/metrics.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { jwtClaims } from '../lib/jwt-claims.ts';
import type { Config } from './config.ts';
import { repeat } from './repeat.ts';

/** How often the credentials are read, in milliseconds. Files are replaced while the process runs. */
const INTERVAL_MS = 10_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

type Credential = 'kubernetes' | 'sidecar' | 'temporal';

/** Reads what is in use at the moment. `undefined`: nothing of this kind is. */
export interface CredentialSources {
  readonly tokens: Partial<Record<Credential, () => Promise<string | undefined> | string | undefined>>;
  /** In PEM. */
  readonly certificates: Partial<Record<Credential, () => Promise<string | undefined> | string | undefined>>;
}

/** What this process shows the API server, sidecars and Temporal, and which CAs it trusts for sidecars. */
export function credentialSources({
  config,
  transport,
  temporal,
}: {
  readonly config: Pick<Config, 'SIDECAR_TOKEN_FILE' | 'SIDECAR_CA_FILE'>;
  readonly transport: Pick<KubernetesTransport, 'bearerToken' | 'clientCertificates'>;
  readonly temporal: ClientConnectConfig;
}): CredentialSources {
  const { SIDECAR_TOKEN_FILE: tokenFile, SIDECAR_CA_FILE: caFile } = config;
  const { apiKey, tls } = temporal.connectionOptions;
  const sidecarToken = tokenFile === undefined ? undefined : new BearerToken(tokenFile);
  const clientCertificate = typeof tls === 'object' ? tls?.clientCertPair?.crt : undefined;
  return {
    tokens: {
      kubernetes: () => transport.bearerToken(),
      sidecar: () => sidecarToken?.get(),
      temporal: () => apiKey,
    },
    certificates: {
      kubernetes: () => transport.clientCertificates(),
      sidecar: () => (caFile === undefined ? undefined : readAuthorities(caFile).join('\n')),
      temporal: () => (clientCertificate === undefined ? undefined : Buffer.from(clientCertificate).toString()),
    },
  };
}

/**
 * Publishes when tokens and certificates expire, until the signal is aborted. What cannot be read keeps its last value:
 * the call that needs it fails with a message of its own.
 */
export function observeCredentials(metrics: Metrics, sources: CredentialSources, signal: AbortSignal): void {
  const observe = async (): Promise<void> => {
    await Promise.all([
      ...Object.entries(sources.tokens).map(async ([credential, read]) => {
        const expiry = tokenExpirySeconds((await read()) ?? '');
        if (expiry !== undefined) metrics.set('sei_token_expiry_timestamp_seconds', { credential }, expiry);
      }),
      ...Object.entries(sources.certificates).map(async ([credential, read]) => {
        const expiry = certificateExpirySeconds((await read()) ?? '');
        if (expiry !== undefined) metrics.set('sei_certificate_expiry_timestamp_seconds', { credential }, expiry);
      }),
    ]);
  };
  repeat(INTERVAL_MS, signal, () => void observe().catch(() => undefined));
}

/** The claim `exp` of a JSON Web Token. @returns `undefined` for a token that names no time. */
export function tokenExpirySeconds(token: string): number | undefined {
  const expiry = jwtClaims(token)?.['exp'];
  return typeof expiry === 'number' && expiry >= 0 ? expiry : undefined;
}

/**
 * When the first of the certificates expires, in seconds since the epoch.
 *
 * @param pem - Any number of certificates.
 * @returns `undefined` without a certificate.
 * @throws Error when one of them cannot be read.
 */
export function certificateExpirySeconds(pem: string): number | undefined {
  const expiries = (pem.match(CERTIFICATE) ?? []).map((text) => Date.parse(new X509Certificate(text).validTo) / 1000);
  return expiries.length === 0 ? undefined : Math.min(...expiries);
}
