import { nodeText } from '../node-reference.ts';
import { defineKind } from './kind-definition.ts';

/** What the kinds that wait for a height have in common. */
export const awaitsHeight = {
  sidecarTask: 'await-condition',
  creatorVerb: 'none',
  onlyWaits: true,
  endsWith: 'report',
  step: 'AwaitingHeight',
  work: 'the wait',
} as const;

export const AwaitNodesAtHeight = defineKind({
  description: 'Waits until the node reaches a height.',
  payload: ({ z, positiveInt64 }) => z.object({ targetHeight: positiveInt64 }),
  example: { targetHeight: 1 },
  ...awaitsHeight,
  outputs: { currentHeight: 'int64' },
  outputsOf: (_payload, { height }) => (height === undefined ? undefined : { currentHeight: height }),
  buildParameters: ({ targetHeight }) => ({ condition: 'height', targetHeight }),
  working: ({ node, payload }) => `Waiting until ${nodeText(node)} reaches height ${payload.targetHeight}.`,
  complete: ({ node, payload }) => `${nodeText(node)} has reached height ${payload.targetHeight}.`,
});
