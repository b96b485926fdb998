import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { Agent } from 'undici';
import type { BearerToken } from '../../activities/bearer-token.ts';
import { SidecarError } from '../../activities/errors.ts';
import { SidecarClient } from '../../activities/sidecar-client.ts';
import type { Metrics } from '../../api/metrics.ts';
import { NodeUrlTemplate } from '../../activities/node-url-template.ts';
import { startMisbehavingServer, type MisbehavingServer } from './misbehaving-server.ts';

export const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
export const id = '0acbc674-3304-5e71-ad02-31dfbb7603c0';
/** A task in progress, as the sidecar tells it. */
export const running = JSON.stringify({ id, type: 'restart-seid', status: 'running', run: 1, surprise: true });
/** The signal of a caller that does not give up. */
export const patience = new AbortController().signal;

/** Runs `use` against a sidecar that answers like this, and with a token if there is one. */
export async function against<Result>(
  answer: RequestListener,
  use: (client: SidecarClient, server: MisbehavingServer) => Promise<Result>,
  token?: BearerToken,
  metrics?: Metrics,
): Promise<Result> {
  await using server = await startMisbehavingServer(answer);
  const dispatcher = new Agent();
  const urlTemplate = new NodeUrlTemplate(`${server.url}/{namespace}/{name}`);
  try {
    return await use(new SidecarClient({ urlTemplate, dispatcher, token, metrics }), server);
  } finally {
    await dispatcher.destroy();
  }
}

export type Method = 'GET' | 'POST' | 'DELETE';

export async function call(client: SidecarClient, method: Method): Promise<unknown> {
  if (method === 'GET') return await client.getTask(node, id, patience);
  if (method === 'POST') return await client.postTask(node, { id, type: 'restart-seid' });
  return await client.deleteTask(node, id, patience);
}

/** The error of a call that did not work, which is always worth a repetition. */
export async function failureOf(work: Promise<unknown>): Promise<SidecarError> {
  const error: unknown = await work.then(
    (result) => assert.fail(`answered ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SidecarError, String(error));
  assert.ok(error.retryable);
  return error;
}
