import type { z } from 'zod';
import { AwaitCondition } from './kinds/await-condition.ts';
import { AwaitNodesAtHeight } from './kinds/await-nodes-at-height.ts';
import { DiscoverPeers } from './kinds/discover-peers.ts';
import { GovParamChange } from './kinds/gov-param-change.ts';
import { GovSoftwareUpgrade } from './kinds/gov-software-upgrade.ts';
import { GovVote } from './kinds/gov-vote.ts';
import type { TaskKindDefinition } from './kinds/kind-definition.ts';
import { MarkReady } from './kinds/mark-ready.ts';
import { RestartSeid } from './kinds/restart-seid.ts';
import { UpdateNodeImage } from './kinds/update-node-image.ts';

/** The kinds in the order of the contract, which is also the order of the enum in the CRD. */
export const taskKinds = {
  GovSoftwareUpgrade,
  GovVote,
  GovParamChange,
  AwaitCondition,
  UpdateNodeImage,
  AwaitNodesAtHeight,
  DiscoverPeers,
  RestartSeid,
  MarkReady,
} as const satisfies Record<string, TaskKindDefinition>;

export type TaskKind = keyof typeof taskKinds;

export const taskKindNames = Object.keys(taskKinds) as [TaskKind, ...TaskKind[]];

/** Field of the spec that carries a kind's payload, and of `status.outputs` that carries its outputs. */
export type PayloadField<Kind extends TaskKind = TaskKind> = Uncapitalize<Kind>;

/** The payload of a kind as it is written: fields with a default may be left out. */
export type WrittenPayload<Kind extends TaskKind> = z.input<ReturnType<(typeof taskKinds)[Kind]['payload']>>;

/** The payload of a kind, checked. */
export type Payload<Kind extends TaskKind> = z.output<ReturnType<(typeof taskKinds)[Kind]['payload']>>;

export function isTaskKind(name: string): name is TaskKind {
  return Object.hasOwn(taskKinds, name);
}

/** What is special about a kind. */
export function definitionOf(kind: TaskKind): TaskKindDefinition {
  return taskKinds[kind];
}

/** `RestartSeid` → `restartSeid`; also of a kind that this version does not know. */
export function payloadFieldOf<Kind extends string>(kind: Kind): Uncapitalize<Kind> {
  return `${kind.charAt(0).toLowerCase()}${kind.slice(1)}` as Uncapitalize<Kind>;
}
