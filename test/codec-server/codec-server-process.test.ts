import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { metrics, type MetricDefinition } from '../../api/metrics.ts';
import { splitAddress } from '../../worker/split-address.ts';
import { KeyFile, newKey } from '../encryption/key-file.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { servedMetrics, type ServedMetric } from '../support/served-metrics.ts';
import { startCodecServerProcess, type CodecServerProcess } from './start-codec-server-process.ts';
import { TestIssuer } from './test-issuer.ts';

const TOKEN = 'planted-token-0123456789-0123456789';
const EXIT_CONFIG = 78;
const GRACE_MS = 15_000;

const textOf = ({ name, type, labels }: Pick<ServedMetric, 'name' | 'type' | 'labels'>): string =>
  `${type} ${name}{${labels.join()}}`;

describe('the process of the codec server', () => {
  const authority = new CertificateAuthority('codec-authority');
  const keyFile = new KeyFile(newKey('key'));
  const directory = mkdtempSync(join(tmpdir(), 'codec-process-'));
  const [tokens, certificate, key] = ['tokens', 'tls.crt', 'tls.key'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  let running: CodecServerProcess | undefined;

  before(() => {
    writeFileSync(tokens, TOKEN);
    identify('first');
  });

  afterEach(async () => {
    await running?.process.stop(GRACE_MS);
    running = undefined;
  });

  after(() => {
    keyFile[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  });

  function identify(name: string): void {
    const identity = authority.issue(name, '127.0.0.1');
    writeFileSync(certificate, identity.certificate);
    writeFileSync(key, identity.key);
  }

  async function start(variables: NodeJS.ProcessEnv = {}): Promise<CodecServerProcess> {
    running = await startCodecServerProcess(directory, {
      PAYLOAD_KEY_FILE: keyFile.path,
      CODEC_TOKENS_FILE: tokens,
      CODEC_TLS_CERT_FILE: certificate,
      CODEC_TLS_KEY_FILE: key,
      ...variables,
    });
    return running;
  }

  /** A request of which the body is not sent yet. */
  function begun({ address }: CodecServerProcess) {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const options = { ...splitAddress(address), method: 'POST', path: '/decode', ca: authority.certificate, headers };
    const outgoing = request({ agent: false, ...options });
    outgoing.on('error', () => undefined);
    outgoing.flushHeaders();
    return outgoing;
  }

  async function presented({ address }: CodecServerProcess): Promise<unknown> {
    const socket = connect({ ...splitAddress(address), ca: authority.certificate });
    await once(socket, 'secureConnect');
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  }

  it('serves https, and the certificate that replaces its own', async () => {
    const server = await start();
    await server.ready();
    assert.equal((await fetch(`${server.probeUrl}/healthz`)).status, 200);
    const [response] = await once(begun(server).end('{"payloads":[]}'), 'response');
    assert.deepEqual([response.statusCode, await text(response)], [200, '{"payloads":[]}']);
    assert.equal(await presented(server), 'first');
    identify('second');
    await eventually('it presents the other one', async () => (await presented(server)) === 'second');
    const [line] = await logLines(server.logFile, 'CodecServerRunning');
    assert.equal(line?.address, server.address);
    assert.doesNotMatch(readFileSync(server.logFile, 'utf8'), /planted|PRIVATE KEY/);
  });

  it('serves how many requests it has answered, by status, and how long they took', async () => {
    const server = await start();
    await server.ready();
    await once(begun(server).end('{"payloads":[]}'), 'response');
    await once(begun(server).end('no JSON'), 'response');
    const definitions: Readonly<Record<string, MetricDefinition>> = metrics;
    const expected = Object.entries(definitions)
      .map(([name, definition]) => ({ ...definition, name }))
      .filter(({ recordedBy }) => recordedBy === 'codec-server');
    await eventually('both are counted', async () => {
      const served = await (await fetch(server.metricsUrl)).text();
      const own = servedMetrics(served).filter(({ name }) => name.startsWith('sei_'));
      assert.deepEqual(own.map(textOf).toSorted(), expected.map(textOf).toSorted());
      return [200, 400].every((code) => served.includes(`sei_codec_requests_total{code="${code}"} 1\n`));
    });
  });

  it('answers what has come before SIGTERM, and exits with 0', async () => {
    const server = await start();
    await server.ready();
    const outgoing = begun(server);
    const [socket] = await once(outgoing, 'socket');
    await once(socket, 'secureConnect');
    // The server knows of the request when it has answered a later one.
    await once(begun(server).end('{"payloads":[]}'), 'response');
    server.process.kill('SIGTERM');
    await eventually('it stops', async () => (await logLines(server.logFile, 'ServiceStopping')).length > 0);
    const [response] = await once(outgoing.end('{"payloads":[]}'), 'response');
    assert.deepEqual([response.statusCode, await text(response)], [200, '{"payloads":[]}']);
    assert.deepEqual(await server.process.exited, { code: 0, signal: null });
  });

  it('exits with 0 after SHUTDOWN_GRACE when a client does not send its request', async () => {
    const server = await start({ SHUTDOWN_GRACE: '1s' });
    await server.ready();
    const outgoing = begun(server);
    await once(begun(server).end('{"payloads":[]}'), 'response');
    server.process.kill('SIGTERM');
    assert.deepEqual(await server.process.exited, { code: 0, signal: null });
    outgoing.destroy();
  });

  it('is not ready while it cannot read the keys of its issuer, and says why', async () => {
    await using issuer = await TestIssuer.start();
    issuer.status = 500;
    const server = await start({
      CODEC_TOKENS_FILE: '',
      CODEC_JWKS_URL: issuer.keysUrl.href,
      CODEC_TOKEN_ISSUER: issuer.name,
      CODEC_TOKEN_AUDIENCE: 'a',
      CODEC_ALLOWED_CLAIM: 'a=b',
    });
    const readiness = await eventually(
      'it answers',
      async () => await fetch(`${server.probeUrl}/readyz`).catch(() => undefined),
    );
    assert.equal(readiness.status, 503);
    assert.match(await readiness.text(), /^\[-\]signing keys: \S/m);
    assert.equal((await fetch(`${server.probeUrl}/healthz`)).status, 200);
  });

  it('exits with 78 when its configuration is wrong', async () => {
    const server = await start({ CODEC_TOKENS_FILE: '' });
    assert.deepEqual(await server.process.exited, { code: EXIT_CONFIG, signal: null });
    assert.equal((await logLines(server.logFile, 'ConfigurationInvalid')).length, 1);
  });
});
