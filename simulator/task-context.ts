import type { Journal } from './journal.ts';
import type { Kubelet } from './kubelet.ts';
import type { SentTransactions, Transaction } from './sent-transactions.ts';
import type { StatusWatch } from './status-watch.ts';

/**
 * `v0.0.56`, or a later one as v0.0.70: they differ in known task types, in results, and in what ends running tasks.
 */
export type SidecarVersion = 'v0.0.56' | 'newer';

/**
 * What a v0.0.56 sidecar that gets a SIGTERM does with its running tasks: it keeps them running, to be run again from
 * their start by its next process, or it stores them as failed, `context canceled`. In the real sidecar that is a race.
 * Here a seed draws it for each task: 5 of 36 fail, and nodes with the same seed draw the same. Newer sidecars always
 * keep them.
 */
export type TasksOnSigterm = 'keep' | 'fail' | { readonly seed: number };

/** The sidecar's own limits, milliseconds. */
export interface SidecarTimings {
  /** How long `restart-seid` waits for seid to exit. After that it fails and does nothing more to seid. */
  restartGraceMs: number;
  /** How long `restart-seid` then waits for the RPC. */
  rpcUpTimeoutMs: number;
  /** How long the action `SIGTERM_SEID` waits before it sends SIGKILL. */
  killAfterMs: number;
  /** Poll interval of the RPC. The real sidecar uses 1 s for a restart and 100 ms for a height. */
  pollIntervalMs: number;
}

/** The simulated part of seid's config.toml. */
export interface SeidConfiguration {
  persistentPeers: string[];
}

/** The part of a node that tasks act on. */
export interface TaskSurroundings {
  seid: Kubelet;
  /** Polls seid's status for all waits. */
  watch: StatusWatch;
  configuration: SeidConfiguration;
  transactions: SentTransactions;
  timings: SidecarTimings;
  journal: Journal;
}

/** What a running task can use. */
export interface TaskContext extends TaskSurroundings {
  id: string;
  params: Record<string, unknown>;
  /** Transactions that the sidecar has sent, by task. They are on its disk. */
  sent: Map<string, Transaction>;
  /** Aborted when the sidecar stops or, on newer sidecars, when the task is deleted. */
  signal: AbortSignal;
}

/** Runs a task and returns its `result`, if it has one. The message of an error becomes the task's `error`. */
export type TaskType = (context: TaskContext) => Promise<unknown>;

/** Thrown by a task that fails and still has a `result`. */
export class FailedWithResult extends Error {
  readonly result: unknown;

  constructor(message: string, result: unknown) {
    super(message);
    this.result = result;
  }
}
