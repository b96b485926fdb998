import { BlockList, isIP } from 'node:net';
import { withoutCredentials } from '../lib/without-secrets.ts';

const SUPPORTED = ['http:', 'https:'];

/** Thrown when HTTPS_PROXY names a proxy that cannot be used. */
export class EgressProxyError extends Error {
  override readonly name = 'EgressProxyError';
  readonly code = 'EGRESS_PROXY_INVALID';
  readonly retryable = false;
}

/**
 * The proxy for TLS connections to a host, by HTTPS_PROXY and NO_PROXY as Go reads them: NO_PROXY is a list of `*`, hosts
 * (with their subdomains), `.suffix`, IP addresses and CIDR blocks, each with an optional port. This machine itself is
 * never reached through a proxy.
 *
 * @returns `undefined` when the host is reached directly.
 * @throws EgressProxyError when the proxy is not an http or https URL, such as a SOCKS proxy.
 */
export function egressProxy(host: string, port: number, environment: NodeJS.ProcessEnv): URL | undefined {
  const text = environment['HTTPS_PROXY'] || environment['https_proxy'];
  if (!text || isOwn(host)) return undefined;
  const proxy = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (proxy === null || !SUPPORTED.includes(proxy.protocol))
    throw new EgressProxyError(
      `HTTPS_PROXY=${withoutCredentials(text)} is not supported. Write an http or https URL; SOCKS proxies are not supported.`,
    );
  const exceptions = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(',').map((each) => each.trim());
  return exceptions.some((each) => each !== '' && matches(each.toLowerCase(), host.toLowerCase(), port))
    ? undefined
    : proxy;
}

function isOwn(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function matches(exception: string, host: string, port: number): boolean {
  if (exception === '*') return true;
  if (exception.includes('/')) return isWithin(exception, host);
  const [, onlyPort] = isIP(exception) === 6 ? [] : (/:(\d+)$/.exec(exception) ?? []);
  if (onlyPort !== undefined && Number(onlyPort) !== port) return false;
  const name = onlyPort === undefined ? exception : exception.slice(0, -onlyPort.length - 1);
  return matchesName(name.replaceAll(/[[\]]/g, ''), host);
}

/** @param name - `.suffix` and `*.suffix` are for the hosts below it alone. */
function matchesName(name: string, host: string): boolean {
  const [suffix = name] = /(?<=^\*?\.).*/.exec(name) ?? [];
  if (host === suffix) return suffix === name;
  return isIP(suffix) === 0 && host.endsWith(`.${suffix}`);
}

function isWithin(block: string, host: string): boolean {
  const [network = '', bits] = block.split('/');
  const [ofNetwork, ofHost] = [isIP(network), isIP(host)];
  if (ofNetwork === 0 || ofNetwork !== ofHost) return false;
  const list = new BlockList();
  const family = ofNetwork === 6 ? 'ipv6' : 'ipv4';
  try {
    list.addSubnet(network, Number(bits), family);
  } catch {
    return false;
  }
  return list.check(host, family);
}
