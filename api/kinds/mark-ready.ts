import { nodeText } from '../node-reference.ts';
import { defineKind } from './kind-definition.ts';

export const MarkReady = defineKind({
  description: 'Marks the sidecar ready.',
  note: 'Ends when the sidecar has accepted the task.',
  payload: ({ z }) => z.object({}),
  example: {},
  sidecarTask: 'mark-ready',
  defaultTimeoutSeconds: 120,
  creatorVerb: 'none',
  changesNode: true,
  endsWith: 'acceptance',
  outputs: {},
  buildParameters: () => ({}),
  step: 'MarkingReady',
  work: 'mark-ready',
  working: ({ node }) => `The sidecar of ${nodeText(node)} is being marked ready.`,
  complete: ({ node }) => `The sidecar of ${nodeText(node)} accepted mark-ready.`,
});
