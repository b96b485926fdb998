import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { buildConnector } from 'undici';
import { SidecarError } from './errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads certificates of authorities, in PEM, one after the other.
 *
 * @throws SidecarError `SIDECAR_CA_UNREADABLE` when the file cannot be read or holds anything that is no certificate.
 */
export function readAuthorities(file: string): string[] {
  let found: string[];
  try {
    found = readFileSync(file, 'utf8').match(CERTIFICATE) ?? [];
    found.forEach((certificate) => new X509Certificate(certificate));
  } catch {
    throw new SidecarError(
      'SIDECAR_CA_UNREADABLE',
      `CA file ${file} cannot be read or holds a broken certificate; check its mount`,
      { mayHaveArrived: false },
    );
  }
  if (found.length > 0) return found;
  throw new SidecarError('SIDECAR_CA_UNREADABLE', `CA file ${file} holds no certificate in PEM; check what writes it`, {
    mayHaveArrived: false,
  });
}

type Connector = ReturnType<typeof buildConnector>;

/**
 * How connections to sidecars are made when only the authorities in a file are trusted. Read again when the file has
 * changed: connections that are up stay, new ones are made with what it holds then.
 */
export function connectTrusting(file: string): Connector {
  let current: { readonly modifiedMs: number; readonly connect: Connector } | undefined;
  return (options, callback) => {
    try {
      const { mtimeMs: modifiedMs } = statSync(file);
      // Also a session of before must not be resumed.
      if (current?.modifiedMs !== modifiedMs)
        current = { modifiedMs, connect: buildConnector({ ca: readAuthorities(file), allowH2: false }) };
    } catch (error) {
      callback(
        error instanceof SidecarError
          ? error
          : new SidecarError('SIDECAR_CA_UNREADABLE', `CA file ${file} cannot be read; check its mount`, {
              mayHaveArrived: false,
            }),
        null,
      );
      return;
    }
    current.connect(options, callback);
  };
}

/** Codes of OpenSSL and Node for a certificate that no trusted authority stands behind. */
const UNTRUSTED =
  /^(UNABLE_TO_\w+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|CERT_CHAIN_TOO_LONG|INVALID_CA)$/;

/** What to do about a sidecar whose certificate was not accepted; `undefined` when that is not what went wrong. */
export function trustProblem({ code = '' }: NodeJS.ErrnoException): string | undefined {
  if (UNTRUSTED.test(code))
    return `the certificate is of an authority that is not trusted (${code}); check SIDECAR_CA_FILE`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate is for another name (${code}); check SIDECAR_URL_TEMPLATE`;
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return `the certificate is out of date (${code}); check it, and the clocks`;
  if (/^(ERR_SSL_|EPROTO)/.test(code)) return `no TLS could be agreed on (${code}); check SIDECAR_URL_TEMPLATE`;
  return undefined;
}
