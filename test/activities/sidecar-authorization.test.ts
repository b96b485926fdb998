import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BearerToken } from '../../activities/bearer-token.ts';
import { jsonWebToken } from '../support/json-web-token.ts';
import { answering } from './misbehaving-server.ts';
import { against, call, failureOf, running } from './sidecar-calls.ts';

describe('SidecarClient behind a proxy that asks for a token', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sidecar-client-'));
    file = join(directory, 'token');
    await writeFile(file, 'stale-token');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('reads the token again after a 401 and repeats the call once', async () => {
    const rotating: RequestListener = (request, response) => {
      if (request.headers.authorization === 'Bearer fresh-token') answering(201)(request, response);
      else void writeFile(file, 'fresh-token').then(() => answering(401, 'Unauthorized')(request, response));
    };
    await against(
      rotating,
      async (client, { received }) => {
        assert.equal(await call(client, 'POST'), 'accepted');
        assert.deepEqual(
          received.map(({ headers }) => headers.authorization),
          ['Bearer stale-token', 'Bearer fresh-token'],
        );
        assert.equal(received[0]?.body, received[1]?.body);
      },
      new BearerToken(file),
    );
  });

  it('does not repeat the call twice, says what to check, and does not show the token', async () => {
    await against(
      answering(401, 'Unauthorized'),
      async (client, { received }) => {
        const failure = await failureOf(call(client, 'GET'));
        assert.equal(failure.code, 'SIDECAR_UNAUTHORIZED');
        assert.match(failure.message, /401 "Unauthorized"\); check SIDECAR_TOKEN_FILE$/);
        assert.doesNotMatch(failure.message, /stale-token/);
        assert.equal(received.length, 2);
      },
      new BearerToken(file),
    );
  });

  it('names the audience of a token that was refused', async () => {
    await writeFile(file, jsonWebToken({ aud: ['https://kubernetes.default.svc'] }));
    const failure = await failureOf(
      against(answering(401, 'Unauthorized'), (client) => call(client, 'GET'), new BearerToken(file)),
    );
    assert.match(failure.message, /audience https:\/\/kubernetes\.default\.svc .*--auth-token-audiences$/);
  });

  it('does not repeat a call that had no token', async () => {
    await against(answering(401), async (client, { received }) => {
      assert.equal((await failureOf(call(client, 'GET'))).code, 'SIDECAR_UNAUTHORIZED');
      assert.equal(received.length, 1);
    });
  });

  it('sends nothing without the token that it should have', async () => {
    await rm(file);
    await against(
      answering(200, running),
      async (client, { received }) => {
        assert.equal((await failureOf(call(client, 'GET'))).code, 'SIDECAR_TOKEN_UNREADABLE');
        assert.equal(received.length, 0);
      },
      new BearerToken(file),
    );
  });

  for (const [method, verb] of [
    ['GET', 'get'],
    ['POST', 'create'],
    ['DELETE', 'delete'],
  ] as const) {
    it(`names the missing right after a 403 to ${method}`, async () => {
      const failure = await failureOf(against(answering(403, 'Forbidden'), (client) => call(client, method)));
      assert.equal(failure.code, 'SIDECAR_FORBIDDEN');
      assert.ok(
        failure.message.endsWith(
          `needs the verb ${verb} on seinodetasks.sei.io named syncer-0-0 in namespace arctic-1`,
        ),
        failure.message,
      );
    });
  }
});
