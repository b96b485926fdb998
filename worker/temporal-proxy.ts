import type { ClientConnectConfig } from '@temporalio/envconfig';
import { EgressProxyError, egressProxy } from '../kubernetes/egress-proxy.ts';
import { splitAddress } from './split-address.ts';

type Proxy = ClientConnectConfig['connectionOptions']['proxy'];

/**
 * The HTTP CONNECT proxy for Temporal, by HTTPS_PROXY and NO_PROXY.
 *
 * @param address - `host:port` of the Temporal server.
 * @throws EgressProxyError also for an https proxy: Temporal's client does not encrypt its connection to a proxy.
 */
export function temporalProxy(address: string, environment: NodeJS.ProcessEnv): Proxy {
  const { host, port } = splitAddress(address);
  const proxy = egressProxy(host, port, environment);
  if (proxy === undefined) return undefined;
  if (proxy.protocol !== 'http:')
    throw new EgressProxyError(
      `HTTPS_PROXY=${proxy.protocol}//${proxy.host} cannot be used for Temporal at ${address}: its client supports only http proxies. ` +
        'Write an http URL, or add the host to NO_PROXY.',
    );
  const { username, password } = proxy;
  return {
    type: 'http-connect',
    targetHost: `${proxy.hostname}:${proxy.port || '80'}`,
    ...(username === ''
      ? {}
      : { basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } }),
  };
}
