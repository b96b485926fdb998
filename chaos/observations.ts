import type { RunbookVerb } from '../api/runbook-phases.ts';
import type { RunbookStatus } from '../api/sei-node-runbook.ts';
import type { SeiNodeTaskStatus } from '../api/sei-node-task.ts';
import type { TaskKind } from '../api/task-kinds.ts';
import type { Knowledge } from '../core/knowledge.ts';
import type { ChainStop } from '../simulator/chain/chain-stops.ts';
import type { ValidatorAbsence } from '../simulator/chain/validator-absences.ts';
import type { JournalEntry } from '../simulator/journal.ts';
import type { RecordedRequest } from '../simulator/simulated-node.ts';
import type { TaskView } from '../simulator/task-store.ts';
import type { FaultType } from './plan/fault-types.ts';
import type { PlannedRollingRestart } from './plan/planned-rolling-restart.ts';
import type { CancelWay } from './plan/planned-task.ts';

/** Times are in milliseconds since 1970. Everything here was seen from outside the service. */
export interface Observations {
  readonly tasks: readonly ObservedTask[];
  readonly runbooks: readonly ObservedRunbook[];
  readonly rollingRestarts: readonly ObservedRollingRestart[];
  readonly chain: ObservedChain;
  readonly nodes: readonly ObservedNode[];
  readonly faults: readonly ObservedFault[];
  readonly leftovers: Leftovers;
  /** Ends of processes of the service that nobody had asked for, or that had to be forced. */
  readonly deaths: readonly ObservedDeath[];
}

/** A SeiNodeTask and all that etcd has held of it. */
export interface ObservedTask {
  readonly name: string;
  readonly node: string;
  readonly kind: TaskKind;
  /** The id that its task on the sidecar must have. */
  readonly taskId: string;
  /** Whole seconds, as the API server writes it. */
  readonly createdAt: number;
  readonly timeoutSeconds: number;
  readonly requirePhaseTimeoutSeconds: number;
  readonly queueTimeoutSeconds?: number | undefined;
  /** 0 where it does not matter when the node was restarted last. */
  readonly minSecondsBetweenRestarts: number;
  /** How somebody was to end it early. */
  readonly cancel?: CancelWay | undefined;
  /** The image that it is to set. */
  readonly image?: string | undefined;
  /** Unset: none was ever started for it. */
  readonly workflow?: ObservedWorkflow | undefined;
  readonly states: readonly ObservedState[];
  readonly deletedAt?: number | undefined;
}

export interface ObservedState {
  readonly at: number;
  readonly status: SeiNodeTaskStatus;
}

/** What Temporal keeps of the workflow of a task, or of one try at a node of a runbook. */
export interface ObservedWorkflow {
  /** How it stands, as Temporal names it. */
  readonly end: string;
  /** What was known at the end, by the results of its activities. */
  readonly knowledge: Knowledge;
  /** When its last dispatch ended. Unset: there was none. */
  readonly dispatchedAt?: number | undefined;
  /** When its last wait at a gate ended. Unset: there was none. */
  readonly gatedAt?: number | undefined;
  /** Whether it is a try at a node of a runbook that was given up before anything was sent. Unset: no. */
  readonly isHeld?: boolean;
  /** Whether its task was taken off the sidecar. */
  readonly wasTakenOff: boolean;
  /** Why workflow tasks failed, such as code that is not deterministic. */
  readonly errors: readonly string[];
}

/** A restart and a wait that no resource stands for. */
export interface ObservedRunbook {
  readonly workflowId: string;
  readonly node: string;
  /** Ids of its tasks on the sidecar, as far as it came. */
  readonly taskIds: readonly string[];
  /** How its workflow stands, as Temporal names it. */
  readonly end: string;
}

/** A SeiNodeRunbook, all that etcd has held of it, and what Temporal keeps of it. */
export interface ObservedRollingRestart {
  readonly planned: PlannedRollingRestart;
  readonly states: readonly ObservedRunbookState[];
  readonly edits: readonly ObservedEdit[];
  readonly deletedAt?: number | undefined;
  /** How its workflow stands, as Temporal names it. Unset: none was ever started. */
  readonly end?: string | undefined;
  /** In the order in which they began. */
  readonly tries: readonly ObservedTry[];
  /** Why workflow tasks failed, its own and those of its nodes. */
  readonly errors: readonly string[];
}

export interface ObservedRunbookState {
  readonly at: number;
  /** Of the spec. */
  readonly generation: number;
  readonly spec: EditableSpec;
  readonly status?: RunbookStatus | undefined;
}

/** What may be edited in the spec of a runbook. */
export interface EditableSpec {
  readonly control?: { readonly id: string; readonly verb: RunbookVerb; readonly node?: string } | undefined;
  readonly paused?: boolean | undefined;
  readonly skipNodes?: readonly string[] | undefined;
}

/** A write of an operator: it took effect at some time in it, or not at all. */
export interface ObservedEdit {
  readonly beganAt: number;
  /** Unset: it never was answered. */
  readonly endedAt?: number;
}

/** One try at a node of a runbook: its workflow, from before the restart to the end of the gate. */
export interface ObservedTry {
  readonly node: string;
  /** From 1. */
  readonly count: number;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  /** When its last wait at the gate ended. Unset: there was none. */
  readonly gatedAt?: number | undefined;
  /** Whether it was given up before anything was sent, and so counts as none. Unset: no. */
  readonly isHeld?: boolean | undefined;
  /** How its workflow stands, as Temporal names it. */
  readonly end: string;
  /** Id of the restart on the sidecar. Unset: its workflow was not started. */
  readonly taskId?: string | undefined;
}

/** What the simulator knows of the chain. */
export interface ObservedChain {
  /** Decimal. */
  readonly totalPower: string;
  readonly stops: readonly ChainStop[];
  readonly absences: readonly ValidatorAbsence[];
}

export interface ObservedNode {
  readonly name: string;
  readonly events: readonly JournalEntry[];
  readonly requests: readonly RecordedRequest[];
  /** The sidecar's tasks at the end. */
  readonly tasks: readonly TaskView[];
  readonly images: readonly ObservedImage[];
}

/** An image that was in a SeiNode's spec. */
export interface ObservedImage {
  readonly image: string;
  readonly setAt: number;
  /** When the node began to run it; unset when another image came first. */
  readonly runningAt?: number | undefined;
}

export interface ObservedFault {
  readonly type: FaultType;
  readonly target: string;
  readonly beganAt: number;
  readonly endedAt: number;
  /** Whether the fault was there to be met: a process was gone, a message was cut, an answer was wrong. */
  readonly tookEffect: boolean;
}

export interface ObservedDeath {
  readonly process: string;
  readonly at: number;
  /** A signal, or an exit code. */
  readonly how: string;
}

/** What is still there when everything should be over. */
export interface Leftovers {
  readonly at: number;
  /** Ids of open workflows, without permits. */
  readonly workflows: readonly string[];
  readonly permits: readonly ObservedPermit[];
  /** Names of SeiNodeTasks and SeiNodeRunbooks that should have been deleted after their end. */
  readonly expired: readonly string[];
}

/** An open permit, of a node or of the chain. */
export interface ObservedPermit {
  readonly id: string;
  /** Name of the node, or id of the chain. */
  readonly node: string;
  /** Id of the workflow that it belongs to. */
  readonly holder: string;
  /** When that ended. Unset: it is open. */
  readonly holderClosedAt?: number | undefined;
}
