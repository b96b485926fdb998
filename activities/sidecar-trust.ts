import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { buildConnector } from 'undici';
import { SidecarError } from './errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads CA certificates in PEM.
 *
 * @throws SidecarError `SIDECAR_CA_UNREADABLE` when the file cannot be read or contains anything but certificates.
 */
export function readAuthorities(file: string): string[] {
  let found: string[];
  try {
    found = readFileSync(file, 'utf8').match(CERTIFICATE) ?? [];
    found.forEach((certificate) => new X509Certificate(certificate));
  } catch {
    throw new SidecarError(
      'SIDECAR_CA_UNREADABLE',
      `CA file ${file} cannot be read or contains an invalid certificate; check its mount`,
      { mayHaveArrived: false },
    );
  }
  if (found.length > 0) return found;
  throw new SidecarError('SIDECAR_CA_UNREADABLE', `CA file ${file} contains no PEM certificate; check what writes it`, {
    mayHaveArrived: false,
  });
}

type Connector = ReturnType<typeof buildConnector>;

/**
 * Makes connections to sidecars that trust only the CAs in a file. The file is read again when it has changed: open
 * connections stay open, new ones use its new contents.
 */
export function connectTrusting(file: string): Connector {
  let current: { readonly modifiedMs: number; readonly connect: Connector } | undefined;
  return (options, callback) => {
    try {
      const { mtimeMs: modifiedMs } = statSync(file);
      // TLS sessions from before the change must not be resumed.
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

/** Codes of OpenSSL and Node for a certificate that no trusted CA has signed. */
const UNTRUSTED =
  /^(UNABLE_TO_\w+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|CERT_CHAIN_TOO_LONG|INVALID_CA)$/;

/** What to do when a sidecar's certificate was not accepted; `undefined` when the problem is a different one. */
export function trustProblem({ code = '' }: NodeJS.ErrnoException): string | undefined {
  if (UNTRUSTED.test(code))
    return `the certificate is signed by a CA that is not trusted (${code}); check SIDECAR_CA_FILE`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate is for another name (${code}); check SIDECAR_URL_TEMPLATE`;
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return `the certificate is expired or not yet valid (${code}); check it, and the clocks`;
  if (/^(ERR_SSL_|EPROTO)/.test(code)) return `the TLS handshake failed (${code}); check SIDECAR_URL_TEMPLATE`;
  return undefined;
}
