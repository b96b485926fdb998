import { json, plainText, type Answer } from '../sidecar-api.ts';
import type { ChainNode } from './chain-node.ts';
import { RpcError } from './rpc-error.ts';
import { editResult, type EditedResult } from './rpc-edits.ts';
import { isRpcMethod, rpcMethods, type RpcParameters } from './rpc-results.ts';

/** A request for seid's RPC. */
export interface RpcCall {
  /** Perhaps one that there is not. */
  method: string;
  parameters: RpcParameters;
  /** `undefined`: the result comes without the JSON-RPC wrapper, and an error is a flat object with status 200. */
  id?: unknown;
}

/** What a GET asks for. @param wrapped Whether seid answers with the JSON-RPC wrapper, as it sometimes does. */
export function callOfUrl(url: string, wrapped: boolean): RpcCall {
  const { pathname, searchParams } = new URL(url, 'http://seid');
  const parameters = Object.fromEntries([...searchParams].map(([name, value]) => [name, unquoted(value)]));
  return { method: pathname.slice(1), parameters, ...(wrapped && { id: -1 }) };
}

/** What a JSON-RPC request asks for. `undefined`: it is none. */
export function callOfBody(body: string): RpcCall | undefined {
  try {
    const { method, params = {}, id = null } = JSON.parse(body) as Record<string, unknown>;
    if (typeof method !== 'string' || typeof params !== 'object') return undefined;
    const parameters = Object.entries(params ?? {}).map(([name, value]) => [name, unquoted(String(value))]);
    return { method, parameters: Object.fromEntries(parameters), id };
  } catch {
    return undefined;
  }
}

/** Answers as seid does; with a lie it changes the result. */
export function answerRpc(node: ChainNode, call: RpcCall, lie?: EditedResult): Answer {
  const { method, parameters } = call;
  if (!isRpcMethod(method)) {
    const unknown = new RpcError('method-not-found', `unknown method: ${method}`);
    return call.id === undefined ? plainText(404, '404 page not found') : withError(call, unknown);
  }
  try {
    const result = rpcMethods[method](node, parameters);
    return withResult(call, lie === undefined ? result : editResult(lie, method, { result, node }));
  } catch (error) {
    if (error instanceof RpcError) return withError(call, error);
    throw error;
  }
}

/** An error on GET has the status 200. */
export function withError({ id }: RpcCall, error: RpcError): Answer {
  return json(200, id === undefined ? error.body : { jsonrpc: '2.0', id, error: error.body });
}

export function withResult({ id }: RpcCall, result: unknown): Answer {
  return json(200, id === undefined ? result : { jsonrpc: '2.0', id, result });
}

/** Numbers come with and without quotation marks, texts with them. */
function unquoted(value: string): number | string {
  const text = /^"(.*)"$/s.exec(value)?.[1] ?? value;
  return /^-?\d+$/.test(text) ? Number(text) : text;
}
