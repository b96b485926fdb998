import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../api/log.ts';
import type { Metrics } from '../api/metrics.ts';
import { present } from '../lib/present.ts';
import { SEI_NODE_TASK } from '../api/resources.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import type { MirrorTarget } from '../api/temporal/task-input.ts';
import { parseWorkflowId, workflowIdOf } from '../api/temporal/workflow-id.ts';
import { keyFields } from '../core/task-fields.ts';
import { abortable } from '../lib/abortable.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';
import { timed } from '../lib/timed.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { TaskStatusWriter } from '../kubernetes/task-status-writer.ts';
import { decideOrphans } from './decide-orphans.ts';
import { withoutUnread } from './finished-tasks.ts';
import { TaskReconciler } from './task-reconciler.ts';
import type { TaskWorkflows } from './task-workflows.ts';
import { WorkQueue } from './work-queue.ts';
import { WorkflowWatch } from './workflow-watch.ts';

/** Resources reconciled at the same time. Each reconcile is two or three short calls. */
const CONCURRENCY = 16;
/** How long the first list of workflows waits for the first lists of resources, in milliseconds. */
const FIRST_LISTS_MS = 10_000;
/** How many orphans are named in the log. */
const LOGGED_ORPHANS = 10;

export interface BridgeOptions {
  readonly transport: KubernetesTransport;
  readonly events: EventRecorder;
  readonly workflows: TaskWorkflows;
  /** Namespaces to watch. Empty: all namespaces. */
  readonly namespaces: readonly string[];
  /** Label selector for the tasks to carry out. Unset: all. */
  readonly taskSelector: string | undefined;
  /** Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
  /** Above this share of the open workflows, in percent, orphans are not cancelled. */
  readonly maxOrphansPercent: number;
  /** Whether this process leads at this moment. One that does not takes no new work. */
  readonly isLeading: () => boolean;
  /** For tasks without `spec.ttlSecondsAfterFinished`, in milliseconds. Unset: they are kept. */
  readonly defaultTtlMs?: number | undefined;
  readonly log: Log;
}

/** Turns SeiNodeTasks into workflows for as long as it runs. */
export class Bridge {
  readonly #options: BridgeOptions;
  /** By namespace; `undefined`: all namespaces. */
  readonly #reflectors: ReadonlyMap<string | undefined, Reflector<SeiNodeTask>>;
  readonly #tasks: ResourceClient<SeiNodeTask>;
  readonly #reconciler: TaskReconciler;
  readonly #queue: WorkQueue;
  readonly #workflowWatch: WorkflowWatch;
  #orphansWithheld = 0;
  /** Of reconciles, over all tasks. */
  readonly #failures = new RepeatedFailures();

  constructor(options: BridgeOptions) {
    this.#options = options;
    const { transport, events, workflows, metrics, log } = options;
    const tasks = new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
    this.#tasks = tasks;
    this.#reconciler = new TaskReconciler({
      find: (reference) => this.#find(reference),
      reconcileAfter: (workflowId, delayMs) => this.#queue.addAfter(workflowId, delayMs),
      tasks,
      statuses: new TaskStatusWriter(tasks, metrics),
      events,
      workflows,
      metrics,
      defaultTtlMs: options.defaultTtlMs,
      log,
    });
    this.#queue = new WorkQueue({
      concurrency: CONCURRENCY,
      // After a pause of the process the lease may be lost before the signal of `run` is aborted.
      handle: async (workflowId) => {
        if (options.isLeading()) await this.#reconcile(workflowId);
      },
      onFailure: (workflowId, error, retryInMs) =>
        log('ReconcileFailed', { ...keyFields(workflowId), ...this.#failures.failed(error, retryInMs) }),
    });
    this.#workflowWatch = new WorkflowWatch({
      workflows,
      onClosed: (workflowId) => this.#onClosed(workflowId),
      onOpen: (open, listedAtMs, signal) => this.#onOpen(open, listedAtMs, signal),
      log,
    });
    const namespaces = options.namespaces.length > 0 ? options.namespaces : [undefined];
    this.#reflectors = new Map(namespaces.map((namespace) => [namespace, this.#reflector(namespace)]));
  }

  /** Why the cache is not complete and kept up to date by a watch. `undefined`: it is. */
  get problem(): string | undefined {
    const stale = [...this.#reflectors.values()].find(
      ({ hasSynced, lastError }) => !hasSynced || lastError !== undefined,
    );
    return stale && (stale.lastError?.message ?? 'The SeiNodeTasks are being listed.');
  }

  /** Number of resources that wait to be reconciled, also after a failure. */
  get queueLength(): number {
    return this.#queue.size;
  }

  /** How many of them wait because their last reconcile failed. */
  get failing(): number {
    return this.#queue.failing;
  }

  /** Time since the API server last sent anything on the watch that is silent for longest, in milliseconds. */
  get watchAgeMs(): number {
    return Math.max(...[...this.#reflectors.values()].map(({ ageMs }) => ageMs));
  }

  /** All resources in the cache. */
  get tasks(): readonly SeiNodeTask[] {
    return [...this.#reflectors.values()].flatMap((reflector) => reflector.list());
  }

  /** Number of orphans that are left running because they are too many to be believed. */
  get orphansWithheld(): number {
    return this.#orphansWithheld;
  }

  /** Runs until the signal is aborted and the running reconciles are done. No reconcile starts after the abort. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.#queue.stop(), { once: true });
    const watches = [...this.#reflectors.values()].map((reflector) => reflector.run(signal));
    await Promise.all([...watches, this.#watchWorkflows(signal)]);
    await this.#queue.stop();
  }

  #reflector(namespace: string | undefined): Reflector<SeiNodeTask> {
    return new Reflector<SeiNodeTask>({
      transport: this.#options.transport,
      resource: SEI_NODE_TASK,
      ...present({ namespace, labelSelector: this.#options.taskSelector }),
      onRelist: () => this.#options.metrics?.count('sei_bridge_relists_total', {}),
      trim: withoutUnread,
      log: this.#options.log,
      onChange: ({ namespace: in_ = '', name, previousUid, uid }) => {
        for (const each of new Set([previousUid, uid])) {
          if (each !== undefined) this.#queue.add(workflowIdOf({ namespace: in_, name, uid: each }));
        }
      },
    });
  }

  async #reconcile(workflowId: string): Promise<void> {
    await timed(this.#reconciler.reconcile(workflowId), ({ ok }, seconds) =>
      this.#options.metrics?.record(
        'sei_bridge_reconcile_duration_seconds',
        { result: ok ? 'success' : 'error' },
        seconds,
      ),
    );
  }

  #reflectorFor(namespace: string): Reflector<SeiNodeTask> | undefined {
    return this.#reflectors.get(namespace) ?? this.#reflectors.get(undefined);
  }

  #find({ namespace, name }: MirrorTarget): SeiNodeTask | undefined {
    return this.#reflectorFor(namespace)?.get(`${namespace}/${name}`);
  }

  /** A namespace that cannot be listed delays the first list of workflows a little, and is left out. */
  async #watchWorkflows(signal: AbortSignal): Promise<void> {
    const synced = Promise.all([...this.#reflectors.values()].map((reflector) => reflector.synced));
    const enough = sleep(FIRST_LISTS_MS, undefined, { ref: false });
    await abortable(Promise.race([synced, enough]), signal).catch(() => undefined);
    await this.#workflowWatch.run(signal);
  }

  /**
   * A workflow writes its verdict before it closes. One that was terminated does not, so closed workflows are
   * reconciled.
   */
  #onClosed(workflowId: string): void {
    const task = this.#taskOf(workflowId);
    if (task !== undefined && !isTerminal(task.status?.phase)) this.#lookAgain(workflowId);
  }

  /**
   * Finds orphans of resources that were deleted while no bridge ran, and workflows that the Temporal server has lost.
   */
  async #onOpen(open: ReadonlySet<string>, listedAtMs: number, signal: AbortSignal): Promise<void> {
    for (const task of this.tasks.filter(({ status }) => !isTerminal(status?.phase))) {
      const workflowId = workflowIdOf(task.metadata);
      if (open.has(workflowId)) this.#reconciler.noteOpen(workflowId, listedAtMs);
      else this.#lookAgain(workflowId);
    }
    const watched = [...open].filter((workflowId) => this.#isWatched(workflowId));
    await this.#sweepOrphans(watched, signal);
  }

  async #sweepOrphans(open: readonly string[], signal: AbortSignal): Promise<void> {
    const { log, maxOrphansPercent: limitPercent } = this.#options;
    const orphans: string[] = [];
    for (const workflowId of open.filter((each) => this.#taskOf(each) === undefined))
      if (!(await this.#exists(workflowId, signal))) orphans.push(workflowId);
    const { cancel, withheld } = decideOrphans({ open: open.length, orphans, limitPercent });
    this.#orphansWithheld = withheld;
    for (const workflowId of cancel) this.#queue.add(workflowId);
    if (withheld > 0)
      log('OrphansWithheld', { orphans: withheld, open: open.length, workflowIds: orphans.slice(0, LOGGED_ORPHANS) });
  }

  /** The cache may be filtered by labels. */
  async #exists(workflowId: string, signal: AbortSignal): Promise<boolean> {
    const { namespace, name, uid } = parseWorkflowId(workflowId) as MirrorTarget;
    return (await this.#tasks.get(namespace, name, { signal }))?.metadata.uid === uid;
  }

  #lookAgain(workflowId: string): void {
    this.#reconciler.forget(workflowId);
    this.#queue.add(workflowId);
  }

  #taskOf(workflowId: string): SeiNodeTask | undefined {
    const reference = parseWorkflowId(workflowId);
    const task = reference && this.#find(reference);
    return task?.metadata.uid === reference?.uid ? task : undefined;
  }

  /** Whether it is the workflow of a resource that would be in the cache, unless that is filtered by labels. */
  #isWatched(workflowId: string): boolean {
    const reference = parseWorkflowId(workflowId);
    return reference !== undefined && (this.#reflectorFor(reference.namespace)?.hasSynced ?? false);
  }
}
