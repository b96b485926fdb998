import type { SeiNodeTaskStatus } from '../api/sei-node-task.ts';
import type { TaskKind } from '../api/task-kinds.ts';
import type { Knowledge } from '../core/knowledge.ts';
import type { JournalEntry } from '../simulator/journal.ts';
import type { RecordedRequest } from '../simulator/simulated-node.ts';
import type { TaskView } from '../simulator/task-store.ts';
import type { FaultType } from './plan/fault-types.ts';
import type { CancelWay } from './plan/planned-task.ts';

/** Times are in milliseconds since 1970. Everything here was seen from outside the service. */
export interface Observations {
  readonly tasks: readonly ObservedTask[];
  readonly runbooks: readonly ObservedRunbook[];
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

/** What Temporal keeps of a task's workflow. */
export interface ObservedWorkflow {
  /** How it stands, as Temporal names it. */
  readonly end: string;
  /** What was known at the end, by the results of its activities. */
  readonly knowledge: Knowledge;
  /** When its last dispatch ended. Unset: there was none. */
  readonly dispatchedAt?: number | undefined;
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
  /** Names of SeiNodeTasks that should have been deleted after their end. */
  readonly expiredTasks: readonly string[];
}

/** An open permit. */
export interface ObservedPermit {
  readonly id: string;
  readonly node: string;
  /** Id of the workflow that it belongs to. */
  readonly holder: string;
  /** When that ended. Unset: it is open. */
  readonly holderClosedAt?: number | undefined;
}
