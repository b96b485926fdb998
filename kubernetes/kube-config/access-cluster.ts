import { existsSync } from 'node:fs';
import { withoutCredentials } from '../../lib/without-secrets.ts';
import { KubeConfigError } from '../errors.ts';
import type { ClusterAccess, FileOrData } from './cluster-access.ts';
import { fileOrData } from './file-or-data.ts';
import type { ClusterEntry, Located } from './parse-kube-config.ts';

/** What a cluster's entry says. */
export type AccessCluster = Omit<ClusterAccess, 'namespace' | 'user'>;

/**
 * @param at - Where the entry is, for messages.
 * @throws KubeConfigError that names the field.
 */
export function accessCluster({ entry, file }: Located<ClusterEntry>, at: string): AccessCluster {
  const { server = '', 'insecure-skip-tls-verify': skipTlsVerify, 'tls-server-name': tlsServerName } = entry;
  const url = serverUrl(server, at);
  if (url.username !== '' || url.password !== '')
    throw new KubeConfigError(
      `${at}.server "${withoutCredentials(server)}" has a user in it. Write username and password into the entry of the user.`,
    );
  if (url.protocol === 'http:' && !skipTlsVerify)
    throw new KubeConfigError(
      `${at}.server "${withoutCredentials(server)}" is plain HTTP. Use https, or set insecure-skip-tls-verify: true.`,
    );
  const certificateAuthority = fileOrData(
    { entry, file },
    { fileField: 'certificate-authority', dataField: 'certificate-authority-data', at },
  );
  if (skipTlsVerify && certificateAuthority !== undefined)
    throw new KubeConfigError(
      `${at} has a certificate authority and insecure-skip-tls-verify. Remove insecure-skip-tls-verify.`,
    );
  return {
    server: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    certificateAuthority: certificateAuthority && existing(certificateAuthority, `${at}.certificate-authority`),
    skipTlsVerify,
    tlsServerName,
    proxyUrl: proxyUrl(entry, at),
  };
}

function serverUrl(server: string, at: string): URL {
  if (server === '') throw new KubeConfigError(`${at}.server is missing. Write it as https://host:port.`);
  if (!isHttpUrl(server))
    throw new KubeConfigError(
      `${at}.server "${withoutCredentials(server)}" is not an http(s) URL. Write it as https://host:port.`,
    );
  return new URL(server);
}

/** @throws KubeConfigError when there is no such file. */
export function existing(source: FileOrData, at: string): FileOrData {
  if ('file' in source && !existsSync(source.file))
    throw new KubeConfigError(`${at} "${source.file}" does not exist. Correct the path.`);
  return source;
}

function proxyUrl({ 'proxy-url': url }: ClusterEntry, at: string): string | undefined {
  if (url === undefined || isHttpUrl(url)) return url;
  throw new KubeConfigError(
    `${at}.proxy-url "${withoutCredentials(url)}" is not supported. Use an http(s) proxy, written as http://host:port.`,
  );
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
