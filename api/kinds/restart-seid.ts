import { nodeText } from '../node-reference.ts';
import { defineKind } from './kind-definition.ts';

export const RestartSeid = defineKind({
  description: 'Restarts the seid process in place; the sidecar stays up.',
  note: 'Ends when the RPC of seid serves again. seid may then still be catching up: follow with AwaitNodesAtHeight.',
  payload: ({ z }) => z.object({}),
  example: {},
  sidecarTask: 'restart-seid',
  defaultTimeoutSeconds: 600,
  creatorVerb: 'none',
  changesNode: true,
  restartsSeid: true,
  takesSeidDown: true,
  endsWith: 'report',
  outputs: {},
  buildParameters: () => ({}),
  step: 'Restarting',
  work: 'the restart',
  working: ({ node }) => `The sidecar of ${nodeText(node)} restarts seid in place and waits until its RPC serves.`,
  complete: ({ node }) =>
    `The sidecar of ${nodeText(node)} reported the restart complete: seid's RPC serves again. seid may still be catching up. ` +
    'Follow with AwaitNodesAtHeight before you rely on it.',
});
