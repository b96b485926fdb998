import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCodecServerConfig } from '../../worker/codec-server/codec-server-config.ts';
import { ConfigError } from '../../worker/config.ts';
import { KeyFile, newKey } from '../encryption/key-file.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';

const TOKEN = 'planted-token-0123456789-0123456789';

describe('the configuration of the codec server', () => {
  const keyFile = new KeyFile(newKey('key'));
  const directory = mkdtempSync(join(tmpdir(), 'codec-config-'));
  const signed = {
    CODEC_JWKS_URL: 'https://issuer.example/keys',
    CODEC_TOKEN_ISSUER: 'https://issuer.example',
    CODEC_TOKEN_AUDIENCE: 'temporal',
    CODEC_ALLOWED_CLAIM: 'https://saas-api.example/user/email=a@example.com,b=c@example.com',
  };
  let files: Record<'tokens' | 'short' | 'blanks' | 'certificate' | 'key', string>;
  let usable: NodeJS.ProcessEnv;

  before(() => {
    const authority = new CertificateAuthority('authority');
    const identity = authority.issue('codec');
    files = {
      tokens: file('tokens', `${TOKEN}\n`),
      short: file('short', `\n${TOKEN.slice(0, 31)}\n`),
      blanks: file('blanks', `${TOKEN} ${TOKEN}\n`),
      certificate: file('certificate', identity.certificate),
      key: file('key', identity.key),
    };
    usable = { PAYLOAD_KEY_FILE: keyFile.path, CODEC_TOKENS_FILE: files.tokens };
  });

  after(() => {
    keyFile[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  });

  function file(name: string, text: string): string {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  it('has safe defaults: this machine only, no browser, no TLS of its own', () => {
    const { CODEC_ADDRESS, CODEC_ORIGINS, signed: ofIssuer, SHUTDOWN_GRACE } = readCodecServerConfig(usable);
    assert.deepEqual(
      [CODEC_ADDRESS, [...CODEC_ORIGINS], ofIssuer, SHUTDOWN_GRACE],
      ['127.0.0.1:8081', [], undefined, 25_000],
    );
  });

  it('splits origins, and a claim at its first =', () => {
    const origins = 'https://cloud.temporal.io, http://localhost:8233';
    const config = readCodecServerConfig({ PAYLOAD_KEY_FILE: keyFile.path, ...signed, CODEC_ORIGINS: origins });
    assert.deepEqual([...config.CODEC_ORIGINS], ['https://cloud.temporal.io', 'http://localhost:8233']);
    assert.deepEqual(config.signed?.CODEC_ALLOWED_CLAIM, {
      name: 'https://saas-api.example/user/email',
      values: ['a@example.com', 'b=c@example.com'],
    });
  });

  it('accepts a certificate with its key, and keys over http on this machine', () => {
    readCodecServerConfig({
      ...usable,
      ...signed,
      CODEC_JWKS_URL: 'http://127.0.0.1:8080/keys',
      CODEC_TLS_CERT_FILE: files.certificate,
      CODEC_TLS_KEY_FILE: files.key,
    });
  });

  const wrong: Readonly<Record<string, readonly [variable: string, change: () => NodeJS.ProcessEnv]>> = {
    'no payload keys': ['PAYLOAD_KEY_FILE', () => ({ PAYLOAD_KEY_FILE: '' })],
    'no way to authenticate': ['CODEC_TOKENS_FILE', () => ({ CODEC_TOKENS_FILE: '' })],
    'a short token': ['CODEC_TOKENS_FILE', () => ({ CODEC_TOKENS_FILE: files.short })],
    'a token with blanks': ['CODEC_TOKENS_FILE', () => ({ CODEC_TOKENS_FILE: files.blanks })],
    'a token file that is not there': ['CODEC_TOKENS_FILE', () => ({ CODEC_TOKENS_FILE: '/nowhere' })],
    'an origin with a path': ['CODEC_ORIGINS', () => ({ CODEC_ORIGINS: 'https://temporal.example.com/' })],
    'every origin': ['CODEC_ORIGINS', () => ({ CODEC_ORIGINS: '*' })],
    'the origin null': ['CODEC_ORIGINS', () => ({ CODEC_ORIGINS: 'null' })],
    'signing keys without their issuer': ['CODEC_TOKEN_ISSUER', () => ({ ...signed, CODEC_TOKEN_ISSUER: '' })],
    'signing keys without an audience': ['CODEC_TOKEN_AUDIENCE', () => ({ ...signed, CODEC_TOKEN_AUDIENCE: '' })],
    'signing keys without a claim': ['CODEC_ALLOWED_CLAIM', () => ({ ...signed, CODEC_ALLOWED_CLAIM: '' })],
    'a claim without a value': ['CODEC_ALLOWED_CLAIM', () => ({ ...signed, CODEC_ALLOWED_CLAIM: 'groups=' })],
    'a claim without a name': ['CODEC_ALLOWED_CLAIM', () => ({ ...signed, CODEC_ALLOWED_CLAIM: '=operators' })],
    'signing keys over http': ['CODEC_JWKS_URL', () => ({ ...signed, CODEC_JWKS_URL: 'http://issuer.example/keys' })],
    'an address without a port': ['CODEC_ADDRESS', () => ({ CODEC_ADDRESS: '0.0.0.0' })],
    'a certificate without its key': ['CODEC_TLS_KEY_FILE', () => ({ CODEC_TLS_CERT_FILE: files.certificate })],
    'a key that is none': [
      'CODEC_TLS_CERT_FILE',
      () => ({ CODEC_TLS_CERT_FILE: files.certificate, CODEC_TLS_KEY_FILE: files.tokens }),
    ],
  };
  for (const [what, [variable, change]] of Object.entries(wrong)) {
    it(`refuses ${what}, names the variable and quotes no secret`, () => {
      assert.throws(
        () => readCodecServerConfig({ ...usable, ...change() }),
        (error: unknown) => {
          assert.ok(error instanceof ConfigError);
          assert.deepEqual([...new Set(error.problems.map((problem) => problem.variable))], [variable]);
          assert.doesNotMatch(JSON.stringify(error.problems), /planted/);
          return true;
        },
      );
    });
  }
});
