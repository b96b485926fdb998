import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { GARBAGE_BODIES, type FaultSwitch, type GarbageBody } from '../faults.ts';
import { plainText, writeAnswer } from '../sidecar-api.ts';
import { writeGarbage } from '../write-garbage.ts';
import { answerRpc, callOfBody, callOfUrl, type RpcCall } from './answer-rpc.ts';
import type { ChainNode } from './chain-node.ts';
import { lyingAnswer, type RpcLie } from './rpc-lies.ts';

/** A node whose RPC is served. */
export interface ServedNode {
  node: ChainNode;
  faults: FaultSwitch;
  /** Whether a GET is answered with the JSON-RPC wrapper. */
  wrapped: boolean;
}

/**
 * Answers for seid's RPC and a proxy before it: 502 while seid does not serve, and wrongly if the fault `rpc` says so.
 */
export async function serveRpc(
  { node, faults, wrapped }: ServedNode,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<void> {
  const call = await callOf(request, url, wrapped);
  if (!node.serving) return writeAnswer(response, plainText(502, 'Bad Gateway'));
  if (call === undefined) return writeAnswer(response, plainText(400, 'invalid JSON-RPC request'));
  const lie = faults.take('rpc', call.method)?.lie;
  if (lie === 'hang') return;
  if (isGarbage(lie)) writeGarbage(response, lie);
  else writeAnswer(response, lie === undefined ? answerRpc(node, call) : lyingAnswer(lie, node, call));
}

async function callOf(request: IncomingMessage, url: string, wrapped: boolean): Promise<RpcCall | undefined> {
  if (request.method !== 'POST') return callOfUrl(url, wrapped);
  return callOfBody(await text(request).catch(() => ''));
}

function isGarbage(lie: RpcLie | undefined): lie is GarbageBody {
  return GARBAGE_BODIES.includes(lie as GarbageBody);
}
