import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../../kubernetes/load-kube-config.ts';
import { caseCount } from '../support/case-count.ts';
import { codePoint } from '../support/code-point.ts';

const SECRET = 'a-token-that-nobody-may-see';

/** Every field that a client reads, most of them with values that work; nobody listens at port 1. */
const good = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'a',
  contexts: [{ name: 'a', context: { cluster: 'a', user: 'a', namespace: 'n' } }],
  clusters: [{ name: 'a', cluster: { server: 'https://127.0.0.1:1', 'insecure-skip-tls-verify': true } }],
  users: [
    { name: 'a', user: { token: SECRET } },
    { name: 'b', user: { username: 'b', password: SECRET } },
  ],
};
const cluster = ['clusters', '0', 'cluster'];
const user = ['users', '0', 'user'];
const paths = [
  ...Object.keys(good).map((key) => [key]),
  ...['clusters', 'users', 'contexts'].flatMap((key) => [
    [key, '0'],
    [key, '0', 'name'],
    [key, '0', key.slice(0, -1)],
  ]),
  ...['cluster', 'user', 'namespace'].map((key) => ['contexts', '0', 'context', key]),
  ...[
    'server',
    'certificate-authority',
    'certificate-authority-data',
    'insecure-skip-tls-verify',
    'tls-server-name',
    'proxy-url',
  ].map((key) => [...cluster, key]),
  ...[
    'token',
    'tokenFile',
    'username',
    'password',
    'client-certificate',
    'client-certificate-data',
    'client-key-data',
    'exec',
    'auth-provider',
    'as',
    'as-groups',
    'as-user-extra',
  ].map((key) => [...user, key]),
];
const values = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    'a',
    'b',
    '/none',
    'bm9uZQ==',
    '***',
    'https://127.0.0.1:1',
    'http://127.0.0.1:1',
    'ftp://a',
    'https://',
    'socks5://127.0.0.1:1',
  ),
  fc.constant({ command: '/none', apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' }),
  fc.constantFrom<unknown>(['a'], { a: ['b'] }),
  fc.jsonValue(),
  fc.constant(undefined),
);
const urlsWithSecrets = fc.constantFrom<unknown>(
  `https://u:${SECRET}@127.0.0.1:1`,
  `http://u:${SECRET}@127.0.0.1:1/`,
  `socks5://u:${SECRET}@127.0.0.1:1`,
  `u:${SECRET}@127.0.0.1`,
);
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ path: fc.constantFrom(...paths), value: values }) },
  {
    weight: 1,
    arbitrary: fc.record({
      path: fc.constantFrom([...cluster, 'server'], [...cluster, 'proxy-url']),
      value: urlsWithSecrets,
    }),
  },
);
const changes = fc.array(change, { maxLength: 3 });
const content = fc.oneof(
  {
    weight: 20,
    arbitrary: changes.map((each) => JSON.stringify(each.reduce(changed, structuredClone(good) as object))),
  },
  { weight: 1, arbitrary: fc.string({ unit: codePoint }) },
);

/** A place that an earlier change has taken away stays away. */
function changed(
  config: object,
  { path, value }: { readonly path: readonly string[]; readonly value: unknown },
): object {
  let place: unknown = config;
  for (const key of path.slice(0, -1)) place = (place as Record<string, unknown> | null | undefined)?.[key];
  if (typeof place === 'object' && place !== null)
    (place as Record<string, unknown>)[path.at(-1) ?? ''] = structuredClone(value);
  return config;
}

describe('any kubeconfig', () => {
  const directory = mkdtempSync(join(tmpdir(), 'any-kube-config-'));
  const file = join(directory, 'config');
  after(() => rmSync(directory, { recursive: true }));

  it('gives a server or a typed error without secrets', async () => {
    let usable = 0;
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        writeFileSync(file, text);
        const error = await failureOf(() => void (usable += 1));
        assert.ok(error instanceof KubernetesError, error?.stack);
        assert.doesNotMatch(`${error.message} ${String(error.cause)}`, new RegExp(SECRET));
      }),
      { numRuns: caseCount(1_000) },
    );
    assert.ok(usable > caseCount(100), `only ${usable} were usable`);
  });

  /** Loads it and asks the server, which nobody answers. */
  async function failureOf(onUsable: () => void): Promise<Error | undefined> {
    try {
      const kubeConfig = await loadKubeConfig({ file });
      onUsable();
      await using transport = closing(new KubernetesTransport(kubeConfig));
      await transport.request({ method: 'GET', path: '/version', timeoutMs: 2_000 });
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }
});

function closing(transport: KubernetesTransport): KubernetesTransport & AsyncDisposable {
  return Object.assign(transport, { [Symbol.asyncDispose]: () => transport.close() });
}
