import type { GarbageBody } from '../faults.ts';
import type { Answer } from '../sidecar-api.ts';
import { answerRpc, withError, withResult, type RpcCall } from './answer-rpc.ts';
import type { ChainNode } from './chain-node.ts';
import { EDITED_RESULTS, type EditedResult } from './rpc-edits.ts';
import { RpcError } from './rpc-error.ts';

const UNAVAILABLE = '<html><head><title>503 Service Temporarily Unavailable</title></head><body></body></html>\n';

/** Whole answers that take the place of a result. */
const answers = {
  /** An error of seid. */
  error: (call) => withError(call, new RpcError('internal', 'could not find results for this height')),
  /** `null` as the result. */
  null: (call) => withResult(call, null),
  /** A page of a proxy, with the status 503. */
  unavailable: () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: UNAVAILABLE }),
  /** With the JSON-RPC wrapper if there should be none, or without it. */
  'other-wrapper': (call, node) => {
    const { id, ...bare } = call;
    return answerRpc(node, id === undefined ? { ...bare, id: -1 } : bare);
  },
} as const satisfies Record<string, (call: RpcCall, node: ChainNode) => Answer>;

type WholeAnswer = keyof typeof answers;

/** A wrong answer. `hang`: there is none. */
export type RpcLie = EditedResult | WholeAnswer | GarbageBody | 'hang';

/** Those that {@link lyingAnswer} makes. */
export const ANSWERED_LIES: readonly (EditedResult | WholeAnswer)[] = [
  ...EDITED_RESULTS,
  ...(Object.keys(answers) as WholeAnswer[]),
];

export function lyingAnswer(lie: EditedResult | WholeAnswer, node: ChainNode, call: RpcCall): Answer {
  return isWhole(lie) ? answers[lie](call, node) : answerRpc(node, call, lie);
}

function isWhole(lie: EditedResult | WholeAnswer): lie is WholeAnswer {
  return Object.hasOwn(answers, lie);
}
