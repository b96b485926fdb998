import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEvent } from '../../api/log.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { adminShell, runPlugin } from '../cli/plugin.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { CertificateAuthority, type Identity } from '../support/certificate-authority.ts';
import type { TemporalConnectionErrorCode } from '../../worker/explain-temporal-failure.ts';
import { eventually } from '../support/eventually.ts';
import { logLines, type WrittenLine } from '../support/log-lines.ts';
import { TemporalFront } from '../support/temporal-front.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const API_KEY = 'planted-api-key-0123456789';
const WRONG_KEY = 'planted-wrong-key-0123456789';
const ANOTHER_WRONG_KEY = 'planted-other-key-0123456789';

describe('Temporal over TLS', () => {
  const authority = new CertificateAuthority('temporal-authority');
  const stranger = new CertificateAuthority('another-authority');
  const past = new Date(Date.now() - 60_000);
  let environment: TestEnvironment;
  let directory: string;
  /** Wants a client's certificate. */
  let mutual: TemporalFront;
  /** Wants an API key. */
  let keyed: TemporalFront;
  /** Has a certificate that is no longer valid. */
  let expired: TemporalFront;
  const files: Record<string, string> = {};

  before(async () => {
    environment = await TestEnvironment.create();
    directory = await mkdtemp(join(tmpdir(), 'temporal-tls-'));
    const { address } = environment.servers.temporal;
    const identity = authority.issue('temporal', '127.0.0.1');
    mutual = environment.added.use(
      await TemporalFront.listen({ address, identity, clientAuthority: authority.certificate }),
    );
    keyed = environment.added.use(await TemporalFront.listen({ address, identity, apiKey: API_KEY }));
    const old = authority.issue('temporal', '127.0.0.1', past);
    expired = environment.added.use(await TemporalFront.listen({ address, identity: old }));
    await Promise.all([
      file('authority', authority.certificate),
      file('stranger', stranger.certificate),
      ...identityFiles('client', authority.issue('sei-node-tasks')),
      ...identityFiles('strange-client', stranger.issue('sei-node-tasks')),
      ...identityFiles('old-client', authority.issue('sei-node-tasks', 'sei-node-tasks', past)),
    ]);
  });

  after(async () => {
    await environment.stop();
    await rm(directory, { recursive: true });
  });

  async function file(name: string, text: string): Promise<void> {
    files[name] = join(directory, name);
    await writeFile(files[name], text, { mode: 0o600 });
  }

  function identityFiles(name: string, { certificate, key }: Identity): Promise<void>[] {
    return [file(name, certificate), file(`${name}.key`, key)];
  }

  const trusting = (name: string): NodeJS.ProcessEnv => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: files[name] });
  const presenting = (name: string): NodeJS.ProcessEnv => ({
    TEMPORAL_TLS_CLIENT_CERT_PATH: files[name],
    TEMPORAL_TLS_CLIENT_KEY_PATH: files[`${name}.key`],
  });

  async function completesTask(service: LocalService, name: string): Promise<void> {
    await service.ready();
    const node = await environment.addNode(name);
    await environment.restart(name, name);
    assertComplete(await environment.finished(name));
    assert.equal(node.sigtermsReceived, 1);
    await service.process.stop(30_000);
  }

  it('with a client certificate carries out a task', async () => {
    await completesTask(
      await environment.launchService({
        TEMPORAL_ADDRESS: mutual.address,
        ...trusting('authority'),
        ...presenting('client'),
      }),
      'mutual',
    );
    assert.deepEqual([...mutual.clients], ['sei-node-tasks']);
  });

  it('with an API key carries out a task, and sends the key with every call', async () => {
    await completesTask(
      await environment.launchService({
        TEMPORAL_ADDRESS: keyed.address,
        ...trusting('authority'),
        TEMPORAL_API_KEY: API_KEY,
      }),
      'keyed',
    );
    assert.deepEqual([...keyed.authorizations], [`Bearer ${API_KEY}`]);
  });

  it('uses a client certificate that is replaced while it runs', async function () {
    this.timeout(180_000);
    const service = await environment.launchService({
      TEMPORAL_ADDRESS: mutual.address,
      ...trusting('authority'),
      ...presenting('client'),
    });
    await service.ready();
    const metrics = await (await fetch(service.metricsUrl)).text();
    assert.match(metrics, /^sei_certificate_expiry_timestamp_seconds\{credential="temporal"\} \d+$/m);
    await Promise.all(identityFiles('client', authority.issue('rotated')));
    await eventually('it presents the other one', () => mutual.clients.has('rotated'));
    await completesTask(service, 'rotated-certificate');
  });

  it('uses an API key that is replaced while it runs, and does not log it', async function () {
    this.timeout(180_000);
    await file('api-key', API_KEY);
    const service = await environment.launchService({
      TEMPORAL_ADDRESS: keyed.address,
      ...trusting('authority'),
      TEMPORAL_API_KEY_FILE: files['api-key'],
    });
    await service.ready();
    await file('api-key', WRONG_KEY);
    await eventually('it sends the other one', () => keyed.authorizations.has(`Bearer ${WRONG_KEY}`));
    keyed.apiKey = WRONG_KEY;
    await completesTask(service, 'rotated-key');
    keyed.apiKey = API_KEY;
    assert.doesNotMatch(await readFile(service.logFile, 'utf8'), /planted/);
  });

  it('starts with an API key that is corrected while it waits, and does not log the wrong ones', async function () {
    this.timeout(180_000);
    await file('api-key', WRONG_KEY);
    const service = await environment.launchService({
      TEMPORAL_ADDRESS: keyed.address,
      ...trusting('authority'),
      TEMPORAL_API_KEY_FILE: files['api-key'],
    });
    await logged(service, 'TemporalConnectionFailed');
    await file('api-key', '');
    await logged(service, 'TemporalCredentialsInvalid');
    await file('api-key', ANOTHER_WRONG_KEY);
    await eventually('it sends the other one', () => keyed.authorizations.has(`Bearer ${ANOTHER_WRONG_KEY}`));
    await file('api-key', API_KEY);
    await completesTask(service, 'corrected-key');
    assert.doesNotMatch(await readFile(service.logFile, 'utf8'), /planted/);
  });

  it('serves kubectl snt history with the same variables', async () => {
    const shell = { ...adminShell(environment.servers), TEMPORAL_ADDRESS: mutual.address };
    const words = ['history', 'nobody', '-n', environment.namespace];
    const { code, stderr } = await runPlugin(words, { ...shell, ...trusting('authority'), ...presenting('client') });
    assert.equal(code, 0, stderr);
    const refused = await runPlugin(words, { ...shell, ...trusting('authority') });
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^Temporal at \S+ cannot be reached: .*check TEMPORAL_TLS_\* and TEMPORAL_API_KEY\.$/m,
    );
  });

  interface Refused {
    readonly front: () => TemporalFront;
    readonly variables: () => NodeJS.ProcessEnv;
    readonly code: TemporalConnectionErrorCode;
  }

  const refused: Readonly<Record<string, Refused>> = {
    'without a client certificate': {
      front: () => mutual,
      variables: () => trusting('authority'),
      code: 'TEMPORAL_TLS_REFUSED',
    },
    "with another authority's client certificate": {
      front: () => mutual,
      variables: () => ({ ...trusting('authority'), ...presenting('strange-client') }),
      code: 'TEMPORAL_TLS_REFUSED',
    },
    'with a client certificate that has expired': {
      front: () => mutual,
      variables: () => ({ ...trusting('authority'), ...presenting('old-client') }),
      code: 'TEMPORAL_TLS_REFUSED',
    },
    "where the server's certificate has expired": {
      front: () => expired,
      variables: () => trusting('authority'),
      code: 'TEMPORAL_SERVER_CERTIFICATE_EXPIRED',
    },
    'without TLS': {
      front: () => mutual,
      variables: () => ({}),
      code: 'TEMPORAL_TLS_REFUSED',
    },
    'where the server is not trusted': {
      front: () => mutual,
      variables: () => ({ ...trusting('stranger'), ...presenting('client') }),
      code: 'TEMPORAL_SERVER_CA_UNKNOWN',
    },
    'where the server has another name': {
      front: () => mutual,
      variables: () => ({
        ...trusting('authority'),
        ...presenting('client'),
        TEMPORAL_TLS_SERVER_NAME: 'elsewhere.example',
      }),
      code: 'TEMPORAL_SERVER_NAME_DIFFERS',
    },
    'with a key that is none': {
      front: () => mutual,
      variables: () => ({
        ...trusting('authority'),
        ...presenting('client'),
        TEMPORAL_TLS_CLIENT_KEY_PATH: files['authority'],
      }),
      code: 'TEMPORAL_CLIENT_CERTIFICATE_UNREADABLE',
    },
    'with a wrong API key': {
      front: () => keyed,
      variables: () => ({ ...trusting('authority'), TEMPORAL_API_KEY: WRONG_KEY }),
      code: 'TEMPORAL_UNAUTHORIZED',
    },
  };
  for (const [what, { front, variables, code }] of Object.entries(refused)) {
    it(`${what} is not ready, and says why without a secret`, async () => {
      const service = await environment.launchService({ TEMPORAL_ADDRESS: front().address, ...variables() });
      const line = await logged(service, 'TemporalConnectionFailed');
      assert.deepEqual([line.temporalAddress, line.error?.code], [front().address, code]);
      const readiness = await fetch(`${service.probeUrl}/readyz`);
      assert.equal(readiness.status, 503);
      const words = await readiness.text();
      assert.match(words, /^\[-\]temporal: \S/m);
      assert.doesNotMatch(words, /planted|PRIVATE KEY/);
      assert.deepEqual(await service.process.stop(30_000), { code: 0, signal: null });
      assert.doesNotMatch(await readFile(service.logFile, 'utf8'), /planted|PRIVATE KEY/);
    });
  }
});

function logged(service: LocalService, event: LogEvent): Promise<WrittenLine> {
  return eventually(`it logs ${event}`, async () => (await logLines(service.logFile, event))[0]);
}
