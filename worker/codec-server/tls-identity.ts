import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** Certificates and private key of a server, in PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** @throws Error which names the files and quotes nothing of them. */
export function readIdentity(certificateFile: string, keyFile: string): TlsIdentity {
  try {
    const identity = { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    createSecureContext(identity);
    return identity;
  } catch (error) {
    const { code = 'no code' } = error as NodeJS.ErrnoException;
    throw new Error(
      `${certificateFile} and ${keyFile} are not a certificate and its private key (${code}); check their mount`,
      { cause: error },
    );
  }
}
