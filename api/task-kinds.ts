import type { Payload, PayloadField } from './payloads.ts';
import type { SeiNode } from './sei-node.ts';
import {
  conditionParameters,
  govParameters,
  heightParameters,
  peerParameters,
  type TaskParameters,
} from './task-parameters.ts';

export interface TaskKindDefinition {
  /** Field of the spec that carries the payload. */
  readonly payloadField: PayloadField;
  /** The sidecar's task type. Unset: the kind has no sidecar task. */
  readonly sidecarTask?: string;
  /** Execution limit in seconds when `spec.timeoutSeconds` is 0 or unset. Unset: unbounded. */
  readonly defaultTimeoutSeconds?: number;
  /** Whether the kind changes the node and so needs it to itself. */
  readonly changesNode: boolean;
  /** Whether cancelling takes the work off the sidecar; other work that was sent is watched to its end. */
  readonly onlyWaits: boolean;
  /**
   * What ends the task: the sidecar's `report` of its state; its `acceptance`; the `transaction` in its report; or the
   * SeiNode's current `image`.
   */
  readonly endsWith: 'report' | 'acceptance' | 'transaction' | 'image';
  /** Fields that a finished task leaves in `status.outputs` under the payload's field name. */
  readonly outputs: readonly string[];
  /** The sidecar task's params: `{}` for none, `undefined` when they cannot be built from payload and node. */
  readonly buildParameters: (payload: never, node: SeiNode) => TaskParameters | undefined;
}

/** Binds a definition to its payload's type, which the table then no longer knows. */
function defineKind<Field extends PayloadField>(
  definition: Omit<TaskKindDefinition, 'payloadField' | 'buildParameters'> & {
    payloadField: Field;
    buildParameters: (payload: Payload<Field>, node: SeiNode) => TaskParameters | undefined;
  },
): TaskKindDefinition & { readonly payloadField: Field } {
  return definition;
}

const noParameters = (): TaskParameters => ({});
const transactionOutputs = ['txHash', 'height', 'proposalId'];

/** The kinds in the order of the contract, which is also the order of the enum in the CRD. */
export const taskKinds = {
  GovSoftwareUpgrade: defineKind({
    payloadField: 'govSoftwareUpgrade',
    sidecarTask: 'gov-software-upgrade',
    changesNode: false,
    onlyWaits: false,
    endsWith: 'transaction',
    outputs: transactionOutputs,
    buildParameters: govParameters,
  }),
  GovVote: defineKind({
    payloadField: 'govVote',
    sidecarTask: 'gov-vote',
    changesNode: false,
    onlyWaits: false,
    endsWith: 'transaction',
    outputs: ['txHash', 'height'],
    buildParameters: govParameters,
  }),
  GovParamChange: defineKind({
    payloadField: 'govParamChange',
    sidecarTask: 'gov-param-change',
    changesNode: false,
    onlyWaits: false,
    endsWith: 'transaction',
    outputs: transactionOutputs,
    buildParameters: govParameters,
  }),
  AwaitCondition: defineKind({
    payloadField: 'awaitCondition',
    sidecarTask: 'await-condition',
    changesNode: false,
    onlyWaits: true,
    endsWith: 'report',
    outputs: ['observedValue'],
    buildParameters: conditionParameters,
  }),
  UpdateNodeImage: defineKind({
    payloadField: 'updateNodeImage',
    changesNode: true,
    onlyWaits: false,
    endsWith: 'image',
    outputs: ['appliedImage'],
    buildParameters: noParameters,
  }),
  AwaitNodesAtHeight: defineKind({
    payloadField: 'awaitNodesAtHeight',
    sidecarTask: 'await-condition',
    changesNode: false,
    onlyWaits: true,
    endsWith: 'report',
    outputs: ['currentHeight'],
    buildParameters: heightParameters,
  }),
  DiscoverPeers: defineKind({
    payloadField: 'discoverPeers',
    sidecarTask: 'discover-peers',
    defaultTimeoutSeconds: 120,
    changesNode: true,
    onlyWaits: false,
    endsWith: 'report',
    outputs: [],
    buildParameters: (_payload, node) => peerParameters(node),
  }),
  RestartSeid: defineKind({
    payloadField: 'restartSeid',
    sidecarTask: 'restart-seid',
    defaultTimeoutSeconds: 600,
    changesNode: true,
    onlyWaits: false,
    endsWith: 'report',
    outputs: [],
    buildParameters: noParameters,
  }),
  MarkReady: defineKind({
    payloadField: 'markReady',
    sidecarTask: 'mark-ready',
    defaultTimeoutSeconds: 120,
    changesNode: true,
    onlyWaits: false,
    endsWith: 'acceptance',
    outputs: [],
    buildParameters: noParameters,
  }),
} as const satisfies Record<string, TaskKindDefinition>;

export type TaskKind = keyof typeof taskKinds;

export const taskKindNames = Object.keys(taskKinds) as [TaskKind, ...TaskKind[]];

export function isTaskKind(name: string): name is TaskKind {
  return Object.hasOwn(taskKinds, name);
}
