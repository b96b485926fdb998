import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';
import {
  authority,
  base64,
  caData,
  certificateData,
  certificateFiles,
  client,
  config,
  context,
  exec,
  EXEC_V1,
  noCa,
  oidc,
  plugin,
  PROXY,
  SERVER,
  type Files,
} from './odd-kubeconfigs.ts';
import { MAIN } from './plugin.ts';
import { RecordingServer, type RecordedCall } from './recording-server.ts';

const KUBECTL = ['kubectl', 'get', 'seinodetasks.v1alpha1.sei.io'];
const PLUGIN = [process.execPath, '--no-warnings', MAIN, 'get'];
interface Setup {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** What kubectl and the plugin do; `stricter`: kubectl calls, and the plugin refuses and says why. */
type Outcome = 'call' | 'refuse' | 'stricter';

type Oddity = readonly [what: string, outcome: Outcome, files: Files, setup?: Setup];

const oddities: readonly Oddity[] = [
  // Tokens and passwords
  ['a token', 'call', { config: config({ token: 't' }) }],
  ['a token with a line break', 'refuse', { config: config({ token: 't\n' }) }],
  ['a relative tokenFile', 'call', { config: config({ tokenFile: 'token' }), token: 'of-the-file\n' }],
  ['a tokenFile next to a token', 'call', { config: config({ token: 't', tokenFile: 'token' }), token: 'of-the-file' }],
  ['a missing tokenFile next to a token', 'call', { config: config({ token: 't', tokenFile: 'none' }) }],
  ['a missing tokenFile', 'refuse', { config: config({ tokenFile: 'none' }) }],
  ['an empty tokenFile', 'refuse', { config: config({ tokenFile: 'token' }), token: '' }],
  ['a token that is a number', 'refuse', { config: config({ token: 123 }) }],
  ['user and password', 'call', { config: config({ username: 'jane', password: 'p:ü' }) }],
  ['a user without a password', 'call', { config: config({ username: 'jane' }) }],
  ['a password without a user', 'refuse', { config: config({ password: 'p' }) }],
  ['token and password', 'refuse', { config: config({ token: 't', username: 'jane', password: 'p' }) }],
  ['tokenFile and password', 'refuse', { config: config({ tokenFile: 'token', username: 'jane' }), token: 't' }],
  ['no credentials', 'refuse', { config: config({}) }],
  ['a misspelled tokenFile', 'refuse', { config: config({ 'token-file': 'token' }), token: 't' }],
  ['a password in the URL', 'stricter', { config: config({ token: 't' }, { server: 'https://j:p@server.invalid' }) }],
  // Client certificates
  ['a certificate', 'call', { config: config(certificateData) }],
  [
    'relative paths of certificate and key',
    'call',
    {
      'folder/config': config({ 'client-certificate': '../pki/client.crt', 'client-key': '../pki/client.key' }),
      ...certificateFiles,
    },
    { env: { KUBECONFIG: 'folder/config' } },
  ],
  ['a certificate and a token', 'call', { config: config({ ...certificateData, token: 't' }) }],
  [
    'a certificate as data and as a file',
    'refuse',
    { config: config({ ...certificateData, 'client-certificate': 'pki/client.crt' }), ...certificateFiles },
  ],
  ['a certificate without a key', 'refuse', { config: config({ ...certificateData, 'client-key-data': undefined }) }],
  ['a certificate that is not base64', 'refuse', { config: config({ ...certificateData, 'client-key-data': '*' }) }],
  ['a missing certificate', 'refuse', { config: config({ 'client-certificate': 'none', 'client-key': 'none' }) }],
  ['a missing key without a certificate', 'call', { config: config({ token: 't', 'client-key': 'none' }) }],
  // The server
  [
    'a relative certificate-authority',
    'call',
    { config: config({ token: 't' }, { ...noCa, 'certificate-authority': 'ca.crt' }), 'ca.crt': authority.certificate },
  ],
  [
    'a certificate-authority as data and as a file',
    'refuse',
    {
      config: config({ token: 't' }, { 'certificate-authority': 'ca.crt' }),
      'ca.crt': authority.certificate,
    },
  ],
  [
    'another certificate-authority',
    'refuse',
    {
      config: config({ token: 't' }, { [caData]: base64(new CertificateAuthority('other').certificate) }),
    },
  ],
  ['no certificate-authority', 'refuse', { config: config({ token: 't' }, noCa) }],
  [
    'the roots of the system',
    'call',
    { config: config({ token: 't' }, noCa), 'ca.crt': authority.certificate },
    { env: { SSL_CERT_FILE: 'ca.crt' } },
  ],
  ['no verification', 'call', { config: config({ token: 't' }, { ...noCa, 'insecure-skip-tls-verify': true }) }],
  [
    'no verification next to an authority',
    'refuse',
    {
      config: config({ token: 't' }, { 'insecure-skip-tls-verify': true }),
    },
  ],
  [
    'no verification, as text',
    'refuse',
    {
      config: config({ token: 't' }, { ...noCa, 'insecure-skip-tls-verify': 'true' }),
    },
  ],
  [
    'a tls-server-name',
    'call',
    {
      config: config({ token: 't' }, { ...noCa, 'insecure-skip-tls-verify': true, 'tls-server-name': 'other.name' }),
    },
  ],
  [
    'a tls-server-name that is not in the certificate',
    'refuse',
    {
      config: config({ token: 't' }, { 'tls-server-name': 'other.name' }),
    },
  ],
  ['a server with a path', 'call', { config: config({ token: 't' }, { server: `${SERVER}/k8s/clusters/c-1/?a=b` }) }],
  ['a server without a scheme', 'refuse', { config: config({ token: 't' }, { server: '127.0.0.1:1' }) }],
  ['a proxy', 'call', { config: config({ token: 't' }, { 'proxy-url': PROXY }) }],
  ['a proxy of another kind', 'refuse', { config: config({ token: 't' }, { 'proxy-url': 'ftp://127.0.0.1:1' }) }],
  // Impersonation
  ['as', 'call', { config: config({ token: 't', as: 'jané' }) }],
  [
    'as with groups, uid and extra',
    'call',
    {
      config: config({
        token: 't',
        as: 'jane',
        'as-uid': '77',
        'as-groups': ['one', 'two words'],
        'as-user-extra': { 'Scopes.sei.io/x': ['view', 'edit'], 'ü%': ['z'] },
      }),
    },
  ],
  ['as-groups without as', 'refuse', { config: config({ token: 't', 'as-groups': ['g'] }) }],
  ['as-groups that is a text', 'refuse', { config: config({ token: 't', as: 'jane', 'as-groups': 'g' }) }],
  [
    '--as next to as',
    'call',
    { config: config({ token: 't', as: 'jane', 'as-groups': ['g'], 'as-uid': '1' }) },
    { flags: ['--as', 'bob'] },
  ],
  [
    '--as-group, repeated, next to as-groups',
    'call',
    { config: config({ token: 't', as: 'jane', 'as-groups': ['g'] }) },
    { flags: ['--as-group=h', '--as-group', 'i,j'] },
  ],
  ['--as-group alone', 'refuse', { config: config({ token: 't' }) }, { flags: ['--as-group', 'h'] }],
  // Contexts
  [
    '--user',
    'call',
    { config: config({}, {}, { users: [{ name: 'v', user: { token: 'v' } }] }) },
    { flags: ['--user=v'] },
  ],
  ['--user that is not there', 'refuse', { config: config({ token: 't' }) }, { flags: ['--user', 'v'] }],
  ['--cluster that is not there', 'refuse', { config: config({ token: 't' }) }, { flags: ['--cluster', 'v'] }],
  [
    '--cluster and --user without a context',
    'call',
    { config: config({ token: 't' }, {}, { 'current-context': '' }) },
    { flags: ['--cluster', 'c', '--user', 'u'] },
  ],
  ['no current-context', 'refuse', { config: config({ token: 't' }, {}, { 'current-context': '' }) }],
  ['an unknown current-context', 'refuse', { config: config({ token: 't' }, {}, { 'current-context': 'y' }) }],
  ['a context of an unknown user', 'refuse', { config: config({ token: 't' }, {}, context({ user: 'v' })) }],
  ['a context of an unknown cluster', 'refuse', { config: config({ token: 't' }, {}, context({ cluster: 'v' })) }],
  ['a context without a namespace', 'call', { config: config({ token: 't' }, {}, context({ namespace: '' })) }],
  // Files
  ['~/.kube/config', 'call', { 'home/.kube/config': config({ token: 'home' }) }, { env: { KUBECONFIG: '' } }],
  ['a list with a missing file', 'call', { config: config({ token: 't' }) }, { env: { KUBECONFIG: 'none:config' } }],
  ['a list of missing files', 'refuse', {}, { env: { KUBECONFIG: 'none:nothing' } }],
  [
    'a list with an empty file',
    'call',
    { a: '', config: config({ token: 't' }) },
    { env: { KUBECONFIG: 'a::config' } },
  ],
  [
    'a list with a broken file',
    'refuse',
    { a: '{', config: config({ token: 't' }) },
    { env: { KUBECONFIG: 'config:a' } },
  ],
  [
    'a list whose parts are in several folders',
    'call',
    {
      a: config({}, {}, { users: [], 'current-context': '' }),
      'folder/b': config({ tokenFile: 'token' }, {}, { clusters: [], contexts: [] }),
      'folder/token': 'of-the-folder',
    },
    { env: { KUBECONFIG: 'a:folder/b' } },
  ],
  [
    'a list in which several files have an entry',
    'call',
    {
      a: config({ token: 'first' }, {}, { 'current-context': '' }),
      b: config({ token: 'second', as: 'jane' }, {}, context({ namespace: 'other' })),
    },
    { env: { KUBECONFIG: 'a:b' } },
  ],
  ['--kubeconfig that is missing', 'refuse', { config: config({ token: 't' }) }, { flags: ['--kubeconfig', 'none'] }],
  [
    'two users of one name',
    'refuse',
    {
      config: config({}, {}, { users: ['a', 'b'].map((token) => ({ name: 'u', user: { token } })) }),
    },
  ],
  [
    'YAML with an anchor, a key twice and a date for a token',
    'call',
    {
      config: `
clusters: [{name: c, cluster: {server: a, server: ${SERVER}, insecure-skip-tls-verify: yes}}]
users: [{name: u, user: &user {token: 2001-12-14}}, {name: v, user: *user}]
contexts: [{name: x, context: {cluster: c, user: v}}]
current-context: x
`,
    },
  ],
  ['another apiVersion', 'refuse', { config: config({ token: 't' }, {}, { apiVersion: 'v2' }) }],
  // Exec plugins and others
  [
    'an exec plugin at a relative path',
    'call',
    {
      'folder/config': config(exec({ command: 'bin/plugin', args: ['a b', '--c'] })),
      'folder/bin/plugin': plugin({ token: 'e' }),
    },
    { env: { KUBECONFIG: 'folder/config' } },
  ],
  [
    'an exec plugin with its own environment',
    'call',
    {
      config: config(exec({ env: [{ name: 'WHO', value: 'jane' }] })),
      plugin: `#!/bin/sh\necho '{"apiVersion":"${EXEC_V1}","kind":"ExecCredential","status":{"token":"'$WHO'"}}'\n`,
    },
  ],
  [
    'an exec plugin with provideClusterInfo',
    'call',
    {
      config: config(exec({ provideClusterInfo: true }), {
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }],
      }),
      plugin: plugin({ token: 'e' }),
    },
  ],
  [
    'an exec plugin that prints a certificate',
    'call',
    {
      config: config(exec()),
      plugin: plugin({ clientCertificateData: client.certificate, clientKeyData: client.key }),
    },
  ],
  [
    'an exec plugin that prints an expired token',
    'call',
    {
      config: config(exec()),
      plugin: plugin({ token: 'e', expirationTimestamp: '2020-01-01T00:00:00Z' }),
    },
  ],
  ['an exec plugin with as', 'call', { config: config({ ...exec(), as: 'jane' }), plugin: plugin({ token: 'e' }) }],
  [
    'an exec plugin next to a token',
    'call',
    { config: config({ ...exec(), token: 't' }), plugin: plugin({ token: 'e' }) },
  ],
  [
    'an exec plugin next to a certificate',
    'call',
    {
      config: config({ ...exec(), ...certificateData }),
      plugin: plugin({ token: 'e' }),
    },
  ],
  [
    'an exec plugin without interactiveMode',
    'refuse',
    {
      config: config(exec({ interactiveMode: undefined })),
      plugin: plugin({ token: 'e' }),
    },
  ],
  [
    'an older exec plugin without interactiveMode',
    'call',
    {
      config: config(exec({ interactiveMode: undefined, apiVersion: `${EXEC_V1}beta1` })),
      plugin: plugin({ token: 'e' }, `${EXEC_V1}beta1`),
    },
  ],
  [
    'an exec plugin of a version that is gone',
    'refuse',
    {
      config: config(exec({ apiVersion: `${EXEC_V1}alpha1` })),
      plugin: plugin({ token: 'e' }, `${EXEC_V1}alpha1`),
    },
  ],
  [
    'an exec plugin that answers in another version',
    'refuse',
    {
      config: config(exec()),
      plugin: plugin({ token: 'e' }, `${EXEC_V1}beta1`),
    },
  ],
  [
    'an exec plugin that has to ask, without a terminal',
    'refuse',
    {
      config: config(exec({ interactiveMode: 'Always' })),
      plugin: plugin({ token: 'e' }),
    },
  ],
  [
    'an exec plugin that prints a certificate without its key',
    'refuse',
    {
      config: config(exec()),
      plugin: plugin({ clientCertificateData: client.certificate }),
    },
  ],
  ['an exec plugin that prints nothing to show', 'refuse', { config: config(exec()), plugin: plugin({}) }],
  ['an exec plugin that prints a bare token', 'refuse', { config: config(exec()), plugin: plugin('e') }],
  ['an exec plugin that is missing', 'refuse', { config: config(exec({ command: 'no-such-plugin' })) }],
  ['an exec plugin that fails', 'refuse', { config: config(exec()), plugin: '#!/bin/sh\nexit 3\n' }],
  ['exec and auth-provider', 'refuse', { config: config({ ...exec(), ...oidc(4e9) }), plugin: plugin({ token: 'e' }) }],
  ['an id-token', 'call', { config: config(oidc(4e9)) }],
  ['an id-token that has expired', 'refuse', { config: config(oidc(1)) }],
  ['an auth-provider that is gone', 'refuse', { config: config({ 'auth-provider': { name: 'gcp', config: {} } }) }],
];

/** What was seen of one of the two. */
interface Observation {
  readonly call: RecordedCall | undefined;
  readonly isProxied: boolean;
  /** `KUBERNETES_EXEC_INFO`, and the arguments, of the plugin. */
  readonly told: unknown;
  readonly pluginRuns: number;
  readonly code: number | null;
  readonly stderr: string;
}

describe('a kubeconfig means to kubectl snt what it means to kubectl:', () => {
  const root = mkdtempSync(join(tmpdir(), 'kubeconfig-oddities-'));
  let server: RecordingServer;
  let proxy: ConnectProxy;

  before(async () => {
    server = await RecordingServer.listen(authority);
    proxy = await ConnectProxy.listen(server.port);
  });

  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });

  async function observe(command: readonly string[], files: Files, { env, flags = [] }: Setup): Promise<Observation> {
    const folder = mkdtempSync(join(root, 'case-'));
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), addressed(content), { mode: 0o755 });
    }
    [server.calls.length, proxy.targets.length] = [0, 0];
    const [program = '', ...words] = [...command, ...flags];
    const child = spawn(program, words, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: join(folder, 'home'),
        KUBECONFIG: 'config',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        ...env,
      },
    });
    const [[code], , stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
    const bin = ['.', 'folder/bin'].find((path) => existsSync(join(folder, path, 'calls')));
    const read = (name: string): string => readFileSync(join(folder, bin ?? '', name), 'utf8');
    const runs = bin === undefined ? [] : read('calls').trimEnd().split('\n');
    return {
      call: server.calls.at(-1),
      isProxied: proxy.targets.length > 0,
      told: bin === undefined ? undefined : [JSON.parse(read('info')), runs[0]],
      pluginRuns: runs.length,
      code,
      stderr,
    };
  }

  function addressed(content: unknown): string {
    return (typeof content === 'string' ? content : JSON.stringify(content))
      .replaceAll('server.invalid', `127.0.0.1:${server.port}`)
      .replaceAll('proxy.invalid', new URL(proxy.url).host);
  }

  for (const [what, outcome, files, setup = {}] of oddities) {
    it(`${what} (${outcome})`, async () => {
      const kubectl = await observe(KUBECTL, files, setup);
      const ours = await observe(PLUGIN, files, setup);
      assert.equal(kubectl.call !== undefined, outcome !== 'refuse', `kubectl: ${kubectl.stderr}`);
      assert.ok(ours.pluginRuns <= 1, `the exec plugin ran ${ours.pluginRuns} times`);
      if (outcome === 'call') {
        assert.ok(kubectl.call);
        assert.deepEqual(ours.call, kubectl.call, ours.stderr);
        assert.deepEqual([ours.isProxied, ours.told], [kubectl.isProxied, kubectl.told]);
        assert.equal(ours.code, 0);
      } else {
        assert.deepEqual([ours.call, ours.code, ours.told], [undefined, 1, kubectl.told]);
        assert.match(ours.stderr, /^[^\n]+\.\n$/);
      }
    });
  }
});
