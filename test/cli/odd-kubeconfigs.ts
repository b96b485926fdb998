import { CertificateAuthority } from '../support/certificate-authority.ts';

export const EXEC_V1 = 'client.authentication.k8s.io/v1';
/** In a kubeconfig: the addresses of the server and the proxy, which listen before the first test. */
export const [SERVER, PROXY] = ['https://server.invalid', 'http://proxy.invalid'];

export const authority = new CertificateAuthority('oddities');
export const client = authority.issue('certificate-user');
export const base64 = (content: string): string => Buffer.from(content).toString('base64');
export const certificateData = {
  'client-certificate-data': base64(client.certificate),
  'client-key-data': base64(client.key),
};
export const certificateFiles = { 'pki/client.crt': client.certificate, 'pki/client.key': client.key };
export const caData = 'certificate-authority-data';
export const noCa = { [caData]: undefined };

export type Files = Readonly<Record<string, unknown>>;

/** A kubeconfig with one user. */
export function config(user: object, cluster: object = {}, others: object = {}): object {
  const trusted = { server: SERVER, [caData]: base64(authority.certificate) };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { ...trusted, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'arctic-1' } }],
    'current-context': 'x',
    ...others,
  };
}

export function context(fields: object): object {
  return { contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'arctic-1', ...fields } }] };
}

export function exec(fields: object = {}): object {
  return { exec: { apiVersion: EXEC_V1, command: './plugin', interactiveMode: 'IfAvailable', ...fields } };
}

/** A program that prints a credential, and keeps what it was told. */
export function plugin(status: object | string, apiVersion = EXEC_V1): string {
  const answer = typeof status === 'string' ? status : JSON.stringify({ apiVersion, kind: 'ExecCredential', status });
  return `#!/bin/sh
cd "$(dirname "$0")"
echo "$@" >> calls
printf '%s' "$KUBERNETES_EXEC_INFO" > info
cat << 'END'
${answer}
END
`;
}

export function oidc(expiresSeconds: number): object {
  const token = `e30.${Buffer.from(JSON.stringify({ exp: expiresSeconds })).toString('base64url')}.x`;
  const issuer = { 'client-id': 'c', 'idp-issuer-url': 'https://127.0.0.1:1' };
  return { 'auth-provider': { name: 'oidc', config: { 'id-token': token, ...issuer } } };
}
