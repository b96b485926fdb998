import { request as call, type IncomingMessage, type ServerResponse } from 'node:http';
import { exchange } from './exchange.ts';
import { plainText, writeAnswer, type Answer } from './sidecar-api.ts';

const RPC_TIMEOUT_MS = 10_000;
/** Forwards a GET to seid's RPC: 502 when that does not listen. */
export async function proxyRpc(
  { method }: IncomingMessage,
  target: string | undefined,
  response: ServerResponse,
): Promise<void> {
  const answer = method === 'GET' ? await get(target).catch(() => undefined) : plainText(405, 'Method Not Allowed');
  writeAnswer(response, answer ?? plainText(502, 'Bad Gateway'));
}

async function get(url: string | undefined): Promise<Answer | undefined> {
  if (url === undefined) return undefined;
  const { status, text } = await exchange(call(url, { agent: false, timeout: RPC_TIMEOUT_MS }));
  return { status, headers: { 'content-type': 'application/json' }, body: text };
}
