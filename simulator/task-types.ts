import { awaitHeight, awaitHeightOrCaughtUp } from './await-condition.ts';
import { discoverPeers } from './discover-peers.ts';
import { govTask, govTaskWithoutResult } from './gov-tasks.ts';
import { restartSeid, stopSeid } from './seid-tasks.ts';
import type { SidecarVersion, TaskType } from './task-context.ts';

/** The sidecar handles these types itself. */
const nothing: TaskType = async () => undefined;

/** Known types whose work would need a real node; those of both versions first. */
const notCarriedOut: readonly string[] = [
  'snapshot-restore',
  'config-patch',
  'config-apply',
  'config-validate',
  'config-reload',
  'configure-genesis',
  'configure-state-sync',
  'snapshot-upload',
  'result-export',
  'generate-identity',
  'generate-gentx',
  'upload-genesis-artifacts',
  'assemble-and-upload-genesis',
  'set-genesis-peers',
];
const notCarriedOutByNewer: readonly string[] = ['reset-data', 'snapshot-upload-once', 'evm-logical-digest'];

const everywhere: readonly (readonly [string, TaskType])[] = [
  ['restart-seid', restartSeid],
  ['mark-ready', nothing],
  ...notCarriedOut.map(failing),
];

/** The types that a sidecar of each version knows: v0.0.56, and v0.0.70 for `newer`. */
export const taskTypes: Readonly<Record<SidecarVersion, ReadonlyMap<string, TaskType>>> = {
  'v0.0.56': new Map([
    ...everywhere,
    ['await-condition', awaitHeight],
    ['discover-peers', discoverPeers],
    ['gov-vote', govTaskWithoutResult('gov-vote')],
    ['gov-software-upgrade', govTaskWithoutResult('gov-software-upgrade')],
  ]),
  newer: new Map([
    ...everywhere,
    ['await-condition', awaitHeightOrCaughtUp],
    ['gov-vote', govTask('gov-vote')],
    ['gov-software-upgrade', govTask('gov-software-upgrade')],
    ['gov-param-change', govTask('gov-param-change')],
    ['stop-seid', stopSeid],
    ['mark-not-ready', nothing],
    ...notCarriedOutByNewer.map(failing),
  ]),
};

function failing(type: string): readonly [string, TaskType] {
  return [
    type,
    async () => {
      throw new Error(`the simulator does not carry out ${type}`);
    },
  ];
}
