import { z } from 'zod';
import { parsedJson } from '../../lib/parsed-json.ts';
import { printable } from '../../lib/printable.ts';

/** What seid answered to a call, or why there is nothing, as part of a sentence. */
export type RpcResult = { readonly result: unknown } | { readonly problem: string };

/** seid answers GET with HTTP 200 also when the call failed: then the whole body is this. */
const failure = z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() });
const wrapper = z.union([
  z.object({ error: z.unknown().refine((error) => error !== undefined && error !== null) }),
  z.object({ result: z.unknown().refine((result) => result !== undefined) }),
]);

/** Longest quote of an error, in UTF-16 code units. */
const QUOTE_LIMIT = 200;

/** The result in a body of seid's RPC: bare, as GET is answered, or within a JSON-RPC wrapper. */
export function rpcResult(body: string): RpcResult {
  const json = parsedJson(body);
  if (json === undefined) return { problem: 'an answer that is not JSON' };
  const { data = { result: json } } = wrapper.safeParse(json);
  if ('error' in data) return { problem: problemOf(data.error) ?? 'an error' };
  if (data.result === null) return { problem: 'null' };
  const problem = problemOf(data.result);
  return problem === undefined ? data : { problem };
}

function problemOf(json: unknown): string | undefined {
  const { data } = failure.safeParse(json);
  if (data === undefined) return undefined;
  const words = [data.message, data.data].filter((each) => typeof each === 'string').join(': ');
  return `error ${data.code} "${printable(words, QUOTE_LIMIT)}"`;
}
