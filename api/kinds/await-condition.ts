import { nodeText } from '../node-reference.ts';
import { awaitsHeight } from './await-nodes-at-height.ts';
import { defineKind } from './kind-definition.ts';

export const AwaitCondition = defineKind({
  description: 'Waits for a condition on the node, then optionally acts.',
  note: 'The condition is a height; the action is a SIGTERM to seid, sent by the sidecar.',
  payload: ({ z, positiveInt64 }) =>
    z
      .object({
        height: z.object({ targetHeight: positiveInt64 }).optional().describe('Met when the node reaches this height.'),
        action: z.enum(['SIGTERM_SEID']).optional().describe('Signal sent to seid once the condition is met.'),
      })
      .meta({
        'x-kubernetes-validations': [{ rule: 'has(self.height)', message: 'exactly one condition must be set' }],
      }),
  example: { height: { targetHeight: 1 } },
  ...awaitsHeight,
  outputs: { observedValue: 'int64' },
  outputsOf: (_payload, { height }) => (height === undefined ? undefined : { observedValue: height }),
  buildParameters: ({ height, action }) =>
    height && {
      condition: 'height',
      targetHeight: height.targetHeight,
      ...(action === undefined ? {} : { action }),
    },
  working: ({ node, payload }) => `Waiting until ${nodeText(node)} reaches height ${payload.height?.targetHeight}.`,
  complete: ({ node, payload: { height, action } }) => {
    const done = action === undefined ? '' : ` The sidecar reported the action ${action} done.`;
    return `${nodeText(node)} has reached height ${height?.targetHeight}.${done}`;
  },
});
