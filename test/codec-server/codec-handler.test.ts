import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { Log } from '../../api/log.ts';
import { EncryptionCodec } from '../../encryption/encryption-codec.ts';
import { PayloadKeyFile } from '../../encryption/payload-key-file.ts';
import { Admission } from '../../worker/codec-server/admission.ts';
import { BearerTokens } from '../../worker/codec-server/bearer-tokens.ts';
import { CodecHandler } from '../../worker/codec-server/codec-handler.ts';
import { SignedTokens } from '../../worker/codec-server/signed-tokens.ts';
import { startCodecServer } from '../../worker/codec-server/start-codec-server.ts';
import { KeyFile, newKey } from '../encryption/key-file.ts';
import { eventually } from '../support/eventually.ts';
import { closeServer, portOf } from '../support/local-server.ts';
import { noLog, RecordedLog } from '../support/recorded-log.ts';
import { bodyOf, callCodec, payloadsOf, type CodecCall } from './codec-client.ts';
import { AUDIENCE, CLAIM, SUBJECT, TestIssuer } from './test-issuer.ts';

const UI = 'https://temporal.example.com';
const TOKEN = 'planted-token-0123456789-0123456789';
const SECRET = 'planted payload';
/** In bytes, of a body. */
const LARGEST = 8 * 1024 * 1024;
const ALLOWED = [
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
] as const;

/** What the test logs at the moment, without repeated lines. */
let recorded: RecordedLog;
/** Every line of the log, also those that are folded. */
const logged: string[] = [];

const log: Log = (event, fields) => {
  logged.push(`${event} ${inspect(fields, { depth: 10 })}`);
  recorded.log(event, fields);
};

describe('the codec server', () => {
  const keyFile = new KeyFile(newKey('key-1'));
  const codec = new EncryptionCodec(new PayloadKeyFile(keyFile.path, noLog));
  const clear: Payload[] = [
    defaultPayloadConverter.toPayload(SECRET),
    defaultPayloadConverter.toPayload({ height: 7 }),
  ];
  let directory: string;
  let issuer: TestIssuer;
  let server: Server;
  let url: string;
  let encrypted: Payload[];

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'codec-server-'));
    const tokensFile = join(directory, 'tokens');
    writeFileSync(tokensFile, `# for the CLI\n${TOKEN}\n`);
    issuer = await TestIssuer.start();
    const { keysUrl, name } = issuer;
    const admission = new Admission({
      origins: new Set([UI]),
      bearerTokens: new BearerTokens(tokensFile, log),
      signedTokens: new SignedTokens({ keysUrl, issuer: name, audience: AUDIENCE, claim: CLAIM, log }),
    });
    server = await startCodecServer({
      config: { CODEC_ADDRESS: '127.0.0.1:0' },
      handler: new CodecHandler({ codec, admission, log }),
      log,
      signal: AbortSignal.abort(),
    });
    url = `http://127.0.0.1:${portOf(server)}`;
    encrypted = await codec.encode(clear);
  });

  after(async () => {
    await closeServer(server);
    await issuer[Symbol.asyncDispose]();
    keyFile[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  });

  beforeEach(() => {
    recorded = new RecordedLog();
  });

  const call = (request: CodecCall) => callCodec(url, { token: TOKEN, ...request });

  it('decodes what the service has encrypted, for a token of the file', async () => {
    const { status, headers, text } = await call({ body: bodyOf(encrypted) });
    assert.deepEqual(
      [status, headers.get('content-type'), headers.get('cache-control')],
      [200, 'application/json', 'no-store'],
    );
    assert.deepEqual(
      payloadsOf(text).map((payload) => defaultPayloadConverter.fromPayload(payload)),
      [SECRET, { height: 7 }],
    );
  });

  it('decodes for an access token that the UI passes, and logs who asked and no more', async () => {
    const token = await issuer.sign();
    // As the UI asks, whose endpoint may have a path.
    const path = '/codec/default/decode?preserveStorageRefs=true';
    const { status, text, headers } = await call({ token, path, origin: UI, body: bodyOf(encrypted) });
    assert.deepEqual([status, headers.get(ALLOWED[0]), headers.get('vary')], [200, UI, 'Origin']);
    assert.equal(defaultPayloadConverter.fromPayload(payloadsOf(text)[0] ?? assert.fail()), SECRET);
    assert.deepEqual(recorded.lines, [
      { event: 'PayloadsConverted', operation: 'decode', subject: SUBJECT, temporalNamespace: 'default', payloads: 2 },
    ]);
  });

  it('leaves payloads in the clear as they are, with every field', async () => {
    const external = { payloads: [{ data: 'AA==', externalPayloads: [{ sizeBytes: '12' }] }] };
    for (const body of [bodyOf(clear), '{"payloads":[]}', JSON.stringify(external)])
      assert.deepEqual(JSON.parse((await call({ body })).text), JSON.parse(body));
  });

  it('encodes with the active key', async () => {
    const { text } = await call({ path: '/encode', body: bodyOf(clear) });
    const [first = assert.fail()] = await codec.decode(payloadsOf(text));
    assert.ok(!text.includes(Buffer.from(SECRET).toString('base64').slice(0, 12)));
    assert.equal(defaultPayloadConverter.fromPayload(first), SECRET);
  });

  it('uses a key that is added while it runs, and forgets one that is removed', async () => {
    const [kept, added] = [readFileSync(keyFile.path, 'utf8').trim(), newKey('added')];
    using other = new KeyFile(added);
    const body = bodyOf(await new EncryptionCodec(new PayloadKeyFile(other.path, noLog)).encode(clear));
    assert.equal((await call({ body })).status, 400);
    keyFile.write(kept, added);
    assert.equal((await call({ body })).status, 200);
    keyFile.write(kept);
    await eventually('the key is forgotten', async () => (await call({ body })).status === 400);
  });

  it('answers the question of a browser for the page of the UI alone', async () => {
    const { status, headers, text } = await call({ method: 'OPTIONS', origin: UI, token: undefined });
    assert.deepEqual(
      [status, text, ...ALLOWED.map((name) => headers.get(name))],
      [204, '', UI, 'POST', 'Authorization, Authorization-Extras, Content-Type, X-Namespace'],
    );
    assert.equal(headers.get('access-control-allow-credentials'), null);
    for (const origin of [
      'https://temporal.example.com.evil.example',
      'http://temporal.example.com',
      'null',
      `${UI}:8443`,
    ])
      for (const method of ['OPTIONS', 'POST']) {
        const refused = await call({ method, origin });
        assert.deepEqual([refused.status, refused.headers.get(ALLOWED[0])], [403, null], origin);
      }
  });

  it('lets the UI read why a request was refused', async () => {
    const { status, headers, text } = await call({ origin: UI, token: 'opaque-access-token' });
    assert.deepEqual([status, headers.get(ALLOWED[0]), headers.get('www-authenticate')], [401, UI, 'Bearer']);
    assert.doesNotMatch(text, /opaque-access-token/);
  });

  const garbage: Readonly<Record<string, string>> = {
    'no JSON': '{"payloads":',
    'another JSON': '[]',
    'payloads that are not in a list': '{"payloads":{}}',
    'metadata that is not base64': '{"payloads":[{"metadata":{"encoding":"planted payload!"}}]}',
    'data that is a number': '{"payloads":[{"data":5}]}',
    'data that is not base64': '{"payloads":[{"data":"p"}]}',
  };
  for (const [what, body] of Object.entries(garbage)) {
    it(`refuses a body with ${what}, and quotes nothing of it`, async () => {
      const { status, text } = await call({ body });
      assert.equal(status, 400, text);
      assert.doesNotMatch(text, /planted/);
    });
  }

  it('refuses payloads of a key that it does not have, and ones that were changed, and names the key', async () => {
    const unknown = {
      ...encrypted[0],
      metadata: { ...encrypted[0]?.metadata, 'encryption-key-id': Buffer.from('lost-key') },
    };
    const changed = { ...encrypted[0], data: randomBytes(64) };
    const short = { ...encrypted[0], data: randomBytes(3) };
    for (const [payload, words] of [
      [unknown, /"lost-key"/],
      [changed, /"key-1"/],
      [short, /"key-1"/],
    ] as const) {
      const { status, text } = await call({ body: bodyOf([encrypted[1] ?? assert.fail(), payload]) });
      assert.equal(status, 400);
      assert.match(text, words);
    }
  });

  it('refuses tokens that are wrong, cut or extended, and requests without one', async () => {
    for (const token of [
      undefined,
      TOKEN.slice(1),
      `${TOKEN}x`,
      TOKEN.toUpperCase(),
      '#',
      await issuer.sign({ aud: 'x' }),
    ]) {
      const { status, text } = await call({ token, body: bodyOf(encrypted) });
      assert.equal(status, 401, token);
      assert.doesNotMatch(text, /planted/);
    }
    for (const authorization of [TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN} ${TOKEN}`, 'Bearer '])
      assert.equal((await call({ token: undefined, headers: { authorization } })).status, 401, authorization);
    assert.equal((await call({ token: await issuer.sign({ groups: 'others' }) })).status, 403);
  });

  it('refuses other paths, methods and media types', async () => {
    for (const path of ['/', '/download', '/decode/', '/healthz', '/decodes'])
      assert.equal((await call({ path })).status, 404, path);
    const got = await call({ method: 'GET' });
    assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST, OPTIONS']);
    assert.equal((await call({ headers: { 'content-type': 'text/plain' } })).status, 415);
  });

  it('refuses a body that is too large, with or without its length, and reads none before the token', async () => {
    const body = JSON.stringify({ payloads: [{ data: 'A'.repeat(LARGEST) }] });
    assert.equal((await call({ body })).status, 413);
    const chunks = new Blob([body]).stream();
    const chunked = await fetch(`${url}/decode`, {
      method: 'POST',
      body: chunks,
      duplex: 'half',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    });
    assert.equal(chunked.status, 413);
    assert.equal((await call({ body, token: `${TOKEN}x` })).status, 401);
    const fits = JSON.stringify({ payloads: [{ data: 'A'.repeat(LARGEST - 64) }] });
    assert.equal((await call({ body: fits })).status, 200);
  });

  it('logs no token and no payload', async () => {
    await call({ token: `${TOKEN}x` });
    await call({ body: `{"payloads":[{"data":"${SECRET}"}]}` });
    await call({ body: bodyOf([{ ...encrypted[0], data: randomBytes(64) }]) });
    await call({ body: bodyOf(encrypted) });
    assert.ok(logged.length >= 4);
    const encoded = Buffer.from(SECRET).toString('base64').slice(0, 12);
    for (const line of logged) assert.ok(!line.includes('planted') && !line.includes(encoded), line);
  });
});
