import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { loadKubeConfig } from '../../kubernetes/load-kube-config.ts';

const good = {
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443' } }],
  users: [{ name: 'u', user: { token: 't' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
};

function withCluster(fields: object): object {
  return { ...good, clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', ...fields } }] };
}

describe('loadKubeConfig', () => {
  const directory = mkdtempSync(join(tmpdir(), 'load-kube-config-'));
  const file = join(directory, 'config');
  const before = { KUBECONFIG: process.env['KUBECONFIG'], HOME: process.env['HOME'] };
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  after(() => rmSync(directory, { recursive: true }));

  async function load(content: unknown) {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    process.env['KUBECONFIG'] = file;
    return await loadKubeConfig();
  }

  it('takes the file that KUBECONFIG names', async () => {
    assert.equal((await load(good)).server, 'https://127.0.0.1:6443');
  });

  const bad: [string, unknown, RegExp][] = [
    [
      'text that is not YAML, without quoting it',
      'users: [{token: secret}',
      /config: it is not valid YAML at line 1, column \d+ \(\w+\)\. Correct the file/,
    ],
    ['no server', { ...good, clusters: [{ name: 'c', cluster: {} }] }, /clusters\["c"\]\.cluster\.server is missing/],
    ['an unknown context', { ...good, 'current-context': 'y' }, /current-context "y" is not among contexts/],
    ['an empty file', '', /config/],
    ['an unknown cluster', { ...good, clusters: [] }, /the cluster "c" is not among clusters/],
    ['an unknown user', { ...good, users: [] }, /the user "u" is not among users/],
    [
      'a server that is not a URL',
      { ...good, clusters: [{ name: 'c', cluster: { server: 'localhost:6443' } }] },
      /server "localhost:6443" is not an http\(s\) URL/,
    ],
    ['plain HTTP', { ...good, clusters: [{ name: 'c', cluster: { server: 'http://localhost:1' } }] }, /plain HTTP/],
    [
      'a server without a scheme, without its password',
      withCluster({ server: 'u:secret@localhost:6443' }),
      /server "…@localhost:6443" is not an http\(s\) URL/,
    ],
    [
      'a server name that is not text',
      withCluster({ 'tls-server-name': 5 }),
      /clusters\[0\]\.cluster\.tls-server-name is not text/,
    ],
    [
      'a token that is not text, without quoting it',
      { ...good, users: [{ name: 'u', user: { token: 1234567 } }] },
      /users\[0\]\.user\.token is not text(?!.*123)/,
    ],
    [
      'a proxy that is not a URL',
      withCluster({ 'proxy-url': 'localhost:3128' }),
      /proxy-url "localhost:3128" is not supported/,
    ],
    [
      'a CA file that is missing',
      {
        ...good,
        clusters: [{ name: 'c', cluster: { server: 'https://localhost:1', 'certificate-authority': '/none/ca.crt' } }],
      },
      /certificate-authority "\/none\/ca\.crt" does not exist/,
    ],
  ];
  for (const [what, content, message] of bad) {
    it(`refuses ${what}, naming file and field`, async () => {
      await assert.rejects(() => load(content), { code: 'KUBECONFIG_INVALID', message });
    });
  }

  it('names a file that does not exist', async () => {
    process.env['KUBECONFIG'] = join(directory, 'none');
    await assert.rejects(loadKubeConfig(), { code: 'KUBECONFIG_INVALID', message: /none/ });
  });

  it('needs no home, as in a container whose user has none', async () => {
    delete process.env['KUBECONFIG'];
    delete process.env['HOME'];
    const noHome = mock.method(os, 'homedir', () => {
      throw new Error('uv_os_homedir returned ENOENT');
    });
    syncBuiltinESMExports();
    try {
      await assert.rejects(loadKubeConfig(), { code: 'KUBECONFIG_INVALID', message: /No API server is configured/ });
    } finally {
      noHome.mock.restore();
      syncBuiltinESMExports();
    }
  });

  it('says so when nothing is configured', async () => {
    delete process.env['KUBECONFIG'];
    process.env['HOME'] = directory;
    await assert.rejects(loadKubeConfig(), { code: 'KUBECONFIG_INVALID', message: /No API server is configured/ });
  });
});
