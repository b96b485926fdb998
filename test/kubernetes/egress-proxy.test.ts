import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { EgressProxyError, egressProxy } from '../../kubernetes/egress-proxy.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { temporalProxy } from '../../worker/temporal-proxy.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { closeServer, listenLocally, portOf } from '../support/local-server.ts';

const PROXY = 'http://proxy.example:3128';

function isNamed(error: unknown): boolean {
  return (
    error instanceof EgressProxyError &&
    /HTTPS_PROXY=socks5:.*SOCKS/.test(error.message) &&
    !error.message.includes('planted')
  );
}

describe('the proxy of HTTPS_PROXY', () => {
  const cases: readonly (readonly [host: string, noProxy: string, isProxied: boolean])[] = [
    ['temporal.example', '', true],
    ['localhost', '', false],
    ['127.0.0.1', '', false],
    ['temporal.example', '*', false],
    ['temporal.example', 'example', false],
    ['temporal.example', 'other, temporal.example', false],
    ['temporal.example', '.example', false],
    ['example', '.example', true],
    ['temporal.example', 'oral.example', true],
    ['TEMPORAL.example', 'temporal.EXAMPLE', false],
    ['temporal.example', 'temporal.example:7233', false],
    ['temporal.example', 'temporal.example:443', true],
    ['10.1.2.3', '10.0.0.0/8', false],
    ['11.1.2.3', '10.0.0.0/8', true],
    ['10.1.2.3', '10.1.2.3', false],
    ['10.1.2.3', '10.0.0.0/x', true],
    ['fd00::1', 'fd00::/8', false],
    ['fd00::1', 'fd00::1', false],
    ['temporal.example', '10.0.0.0/8', true],
  ];
  for (const [host, noProxy, isProxied] of cases) {
    it(`is ${isProxied ? '' : 'not '}used for ${host} with NO_PROXY="${noProxy}"`, () => {
      const proxy = egressProxy(host, 7233, { HTTPS_PROXY: PROXY, NO_PROXY: noProxy });
      assert.equal(proxy?.host, isProxied ? 'proxy.example:3128' : undefined);
    });
  }

  it('may have no scheme, or be in lower case', () => {
    assert.equal(egressProxy('a.example', 443, { https_proxy: 'proxy.example:3128' })?.host, 'proxy.example:3128');
    assert.equal(egressProxy('a.example', 443, {}), undefined);
  });

  it('is refused by name when it is not an HTTP proxy, without its credentials', () => {
    const environment = { HTTPS_PROXY: 'socks5://user:planted@proxy.example:1080' };
    assert.throws(() => egressProxy('a.example', 443, environment), isNamed);
    assert.throws(() => temporalProxy('a.example:7233', environment), isNamed);
    assert.throws(() => temporalProxy('a.example:7233', { HTTPS_PROXY: 'https://proxy.example' }), /only http proxies/);
  });

  it('is that of Temporal, with its credentials', () => {
    assert.deepEqual(temporalProxy('a.example:7233', { HTTPS_PROXY: 'http://user:p%40ss@proxy.example:3128' }), {
      type: 'http-connect',
      targetHost: 'proxy.example:3128',
      basicAuth: { username: 'user', password: 'p@ss' },
    });
    assert.equal(temporalProxy('localhost:7233', { HTTPS_PROXY: PROXY }), undefined);
  });
});

describe('an API server behind the proxy of HTTPS_PROXY', () => {
  const authority = new CertificateAuthority('authority');
  const { certificate, key } = authority.issue('api.example');
  const previous = process.env['HTTPS_PROXY'];
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end('{"answer":1}'));
  let proxy: ConnectProxy;

  before(async () => {
    await listenLocally(server);
    proxy = await ConnectProxy.listen(portOf(server));
    process.env['HTTPS_PROXY'] = proxy.url;
  });

  after(async () => {
    if (previous === undefined) delete process.env['HTTPS_PROXY'];
    else process.env['HTTPS_PROXY'] = previous;
    await proxy[Symbol.asyncDispose]();
    await closeServer(server);
  });

  it('is reached through it, and its certificate is checked', async () => {
    for (const [ca, isTrusted] of [
      [authority.certificate, true],
      [new CertificateAuthority('another').certificate, false],
    ] as const) {
      const transport = new KubernetesTransport({
        server: 'https://api.example:6443',
        skipTlsVerify: false,
        certificateAuthority: { data: Buffer.from(ca) },
        user: { name: 'u', authorization: { type: 'token', token: 'token' }, impersonation: {} },
      });
      const call = transport.request({ method: 'GET', path: '/version' });
      if (isTrusted) assert.deepEqual(await call, { answer: 1 });
      else await assert.rejects(call, { code: 'KUBERNETES_UNREACHABLE' });
      await transport.close();
    }
    assert.deepEqual(new Set(proxy.targets), new Set(['api.example:6443']));
  });
});
