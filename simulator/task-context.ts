import type { Journal } from './journal.ts';
import type { Kubelet } from './kubelet.ts';
import type { SimulatedChain, Transaction } from './simulated-chain.ts';
import type { StatusWatch } from './status-watch.ts';

/** `v0.0.56`, or a later one as v0.0.70: they differ in what they know, in results, and in what ends running tasks. */
export type SidecarVersion = 'v0.0.56' | 'newer';

/**
 * What a v0.0.56 sidecar that gets a SIGTERM does with its running tasks: it keeps them running, to be run again from
 * their start by its next process, or it stores them as failed, `context canceled`. Which one is a race of its own; a
 * seed draws it for each task, 5 of 36 fail, and nodes with the same seed draw the same. Newer sidecars always keep
 * them.
 */
export type TasksOnSigterm = 'keep' | 'fail' | { readonly seed: number };

/** The sidecar's own limits, milliseconds. */
export interface SidecarTimings {
  /** How long `restart-seid` waits for seid to exit; then it fails and leaves seid alone. */
  restartGraceMs: number;
  /** How long `restart-seid` then waits for the RPC. */
  rpcUpTimeoutMs: number;
  /** How long the action `SIGTERM_SEID` waits before it sends SIGKILL. */
  killAfterMs: number;
  /** Time between two looks at the RPC. The real sidecar takes 1 s for a restart and 100 ms for a height. */
  pollIntervalMs: number;
}

/** What is used of seid's config.toml. */
export interface SeidConfiguration {
  persistentPeers: string[];
}

/** The part of a node that tasks work on. */
export interface TaskSurroundings {
  seid: Kubelet;
  /** Looks at seid for whoever waits for it. */
  watch: StatusWatch;
  configuration: SeidConfiguration;
  chain: SimulatedChain;
  timings: SidecarTimings;
  journal: Journal;
}

/** What a task may use while it runs. */
export interface TaskContext extends TaskSurroundings {
  id: string;
  params: Record<string, unknown>;
  /** Transactions that the sidecar has sent, by task: on its disk, and there for as long as that is. */
  sent: Map<string, Transaction>;
  /** Aborted when the sidecar stops or, on newer sidecars, when the task is deleted. */
  signal: AbortSignal;
}

/** Carries a task out and returns its `result`, if it has one. Whatever it throws becomes the task's `error`. */
export type TaskType = (context: TaskContext) => Promise<unknown>;

/** Thrown by a task that fails and has a `result` all the same. */
export class FailedWithResult extends Error {
  readonly result: unknown;

  constructor(message: string, result: unknown) {
    super(message);
    this.result = result;
  }
}
