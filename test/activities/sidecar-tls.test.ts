import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { BearerToken } from '../../activities/bearer-token.ts';
import { NodeUrlTemplate } from '../../activities/node-url-template.ts';
import { SidecarClient } from '../../activities/sidecar-client.ts';
import { connectTrusting } from '../../activities/sidecar-trust.ts';
import { CertificateAuthority, type Identity } from '../support/certificate-authority.ts';
import { TlsFront } from '../support/tls-front.ts';
import { answering, startMisbehavingServer, type MisbehavingServer } from './misbehaving-server.ts';
import { call, failureOf, id, running } from './sidecar-calls.ts';

describe('SidecarClient over TLS', () => {
  const authority = new CertificateAuthority('authority-of-sidecars');
  const stranger = new CertificateAuthority('another-authority');
  const identity = authority.issue('sidecar', '127.0.0.1');
  let directory: string;
  let caFile: string;
  let token: BearerToken;
  let stack: AsyncDisposableStack;

  beforeEach(() => {
    stack = new AsyncDisposableStack();
    directory = mkdtempSync(join(tmpdir(), 'sidecar-tls-'));
    caFile = join(directory, 'ca.crt');
    trust(authority);
    writeFileSync(join(directory, 'token'), 'planted-token');
    token = new BearerToken(join(directory, 'token'));
  });

  afterEach(async () => {
    await stack.disposeAsync();
    rmSync(directory, { recursive: true });
  });

  function trust(...authorities: CertificateAuthority[]): void {
    writeFileSync(caFile, authorities.map(({ certificate }) => certificate).join('\n'));
  }

  async function sidecar(shown: Identity): Promise<{ client: SidecarClient; server: MisbehavingServer }> {
    const server = stack.use(await startMisbehavingServer(answering(200, running)));
    const { url } = stack.use(await TlsFront.listen(server.url, shown));
    return { client: clientOf(url), server };
  }

  function clientOf(url: string): SidecarClient {
    const dispatcher = stack.adopt(new Agent({ connect: connectTrusting(caFile) }), (agent) => agent.destroy());
    return new SidecarClient({ urlTemplate: new NodeUrlTemplate(`${url}/{namespace}/{name}`), dispatcher, token });
  }

  it('sends the token to a sidecar whose certificate is signed by a CA in the file', async () => {
    trust(stranger, authority);
    const { client, server } = await sidecar(identity);
    assert.equal(((await call(client, 'GET')) as { id: string }).id, id);
    assert.equal(server.received[0]?.headers.authorization, 'Bearer planted-token');
  });

  const distrusted: Readonly<Record<string, { shown: Identity; problem: RegExp }>> = {
    'a CA outside the file': {
      shown: stranger.issue('sidecar', '127.0.0.1'),
      problem:
        /^GET https:\/\/127\.0\.0\.1:\d+\/arctic-1\/syncer-0-0\/v0\/tasks\/[-0-9a-f]+: .* \(UNABLE_TO_\w+\); check SIDECAR_CA_FILE$/,
    },
    'another name': {
      shown: authority.issue('sidecar', 'elsewhere.example'),
      problem: /\(ERR_TLS_CERT_ALTNAME_INVALID\); check SIDECAR_URL_TEMPLATE$/,
    },
    'a day that is over': {
      shown: authority.issue('sidecar', '127.0.0.1', new Date(Date.now() - 1_000)),
      problem: /\(CERT_HAS_EXPIRED\); check it, and the clocks$/,
    },
  };
  for (const [what, { shown, problem }] of Object.entries(distrusted)) {
    it(`sends nothing to a sidecar whose certificate is of ${what}, and says so`, async () => {
      const { client, server } = await sidecar(shown);
      for (const method of ['GET', 'POST'] as const) {
        const { code, message } = await failureOf(call(client, method));
        assert.equal(code, 'SIDECAR_UNTRUSTED');
        assert.match(message.replace(/^POST (.*\/v0\/tasks):/, 'GET $1/0:'), problem);
      }
      assert.deepEqual(server.received, []);
    });
  }

  it('says so when the sidecar does not use TLS', async () => {
    const server = stack.use(await startMisbehavingServer(answering(200, running)));
    const { code, message } = await failureOf(call(clientOf(server.url.replace('http:', 'https:')), 'GET'));
    assert.equal(code, 'SIDECAR_UNTRUSTED');
    assert.match(message, /: the TLS handshake failed \(\w+\); check SIDECAR_URL_TEMPLATE$/);
    assert.deepEqual(server.received, []);
  });

  it('reads the CA file again when it has changed', async () => {
    trust(stranger);
    const { client, server } = await sidecar(identity);
    assert.equal((await failureOf(call(client, 'GET'))).code, 'SIDECAR_UNTRUSTED');
    trust(authority);
    await call(client, 'GET');
    assert.equal(server.received.length, 1);
  });

  for (const [what, spoil, problem] of [
    ['is missing', () => rmSync(caFile), /CA file .*ca\.crt cannot be read; check its mount$/],
    ['is empty', () => writeFileSync(caFile, ''), /contains no PEM certificate; check what writes it$/],
    [
      'is broken',
      () => writeFileSync(caFile, authority.certificate.replace('MII', 'MIX')),
      /contains an invalid certificate; check its mount$/,
    ],
  ] as const) {
    it(`sends nothing while the file ${what}, and continues when it is back`, async () => {
      const { client, server } = await sidecar(identity);
      spoil();
      const { code, message } = await failureOf(call(client, 'GET'));
      assert.equal(code, 'SIDECAR_CA_UNREADABLE');
      assert.match(message, problem);
      assert.deepEqual(server.received, []);
      trust(authority);
      await call(client, 'GET');
    });
  }
});
