import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

/** How long a certificate is good for, before and after now, in milliseconds. */
const VALID_MS = 86_400_000;

/** A certificate and its private key, in PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** Signs certificates for the servers and clients of a test. */
export class CertificateAuthority {
  readonly #name: string;
  readonly #identity: Identity;

  constructor(name: string) {
    const { publicKey, privateKey } = newKeys();
    this.#name = name;
    const extensions = [{ name: 'basicConstraints', cA: true, critical: true }];
    this.#identity = {
      certificate: signed({ name, publicKey, issuer: name, issuerKey: privateKey, extensions }),
      key: privateKey,
    };
  }

  /** In PEM. */
  get certificate(): string {
    return this.#identity.certificate;
  }

  /** @param host - Name or IP address of the server that the certificate is for; clients need none. */
  issue(name: string, host = name, notAfter?: Date): Identity {
    const { publicKey, privateKey } = newKeys();
    const alternative = isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };
    const extensions = [
      { name: 'subjectAltName', altNames: [alternative] },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ];
    return {
      certificate: signed({ name, publicKey, issuer: this.#name, issuerKey: this.#identity.key, extensions, notAfter }),
      key: privateKey,
    };
  }
}

function newKeys(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

interface Certified {
  readonly name: string;
  readonly publicKey: string;
  readonly issuer: string;
  readonly issuerKey: string;
  readonly extensions: object[];
  /** Default: a day from now. */
  readonly notAfter?: Date | undefined;
}

function signed({
  name,
  publicKey,
  issuer,
  issuerKey,
  extensions,
  notAfter = new Date(Date.now() + VALID_MS),
}: Certified): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // A leading 1 keeps the number positive. After a leading 0 some numbers have more zeros than DER permits.
  certificate.serialNumber = `01${randomBytes(16).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - VALID_MS);
  certificate.validity.notAfter = notAfter;
  certificate.setSubject([{ shortName: 'CN', value: name }]);
  certificate.setIssuer([{ shortName: 'CN', value: issuer }]);
  certificate.setExtensions(extensions);
  certificate.sign(forge.pki.privateKeyFromPem(issuerKey), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}
