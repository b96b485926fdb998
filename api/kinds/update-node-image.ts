import { printable } from '../../lib/printable.ts';
import { nodeText } from '../node-reference.ts';
import { defineKind } from './kind-definition.ts';

export const UpdateNodeImage = defineKind({
  description: 'Sets the image of the SeiNode and waits until it runs.',
  payload: ({ z }) => z.object({ image: z.string().min(1).max(512) }),
  example: { image: 'sei:v9' },
  creatorVerb: 'patch',
  changesNode: true,
  takesSeidDown: true,
  endsWith: 'image',
  outputs: { appliedImage: 'string' },
  outputsOf: ({ image }) => ({ appliedImage: image }),
  buildParameters: () => ({}),
  step: 'RollingOut',
  work: 'the image update',
  working: ({ node, payload }) =>
    `spec.image of ${nodeText(node)} is set to ${printable(payload.image, 512)}; waiting until the node runs it.`,
  complete: ({ node, payload }) => `${nodeText(node)} runs image ${printable(payload.image, 512)}.`,
});
