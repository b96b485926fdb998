import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../api/log.ts';
import type { Metrics } from '../api/metrics.ts';
import { isTerminalRunbook } from '../api/runbook-phases.ts';
import { SEI_NODE_RUNBOOK, SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import { parseRunbookWorkflowId, runbookWorkflowIdOf } from '../api/temporal/runbook-input.ts';
import { parseWorkflowId, workflowIdOf } from '../api/temporal/workflow-id.ts';
import { runbookKeyFields } from '../core/runbook/runbook-fields.ts';
import { keyFields } from '../core/task-fields.ts';
import { abortable } from '../lib/abortable.ts';
import { hasHttpStatus } from '../kubernetes/errors.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { TaskStatusWriter } from '../kubernetes/task-status-writer.ts';
import { decideOrphans } from './decide-orphans.ts';
import { withoutUnread } from './finished-tasks.ts';
import { ResourceBridge } from './resource-bridge.ts';
import { RunbookReconciler } from './runbook-reconciler.ts';
import type { RunbookWorkflows } from './runbook-workflows.ts';
import { TaskReconciler } from './task-reconciler.ts';
import type { TaskWorkflows } from './task-workflows.ts';
import { WorkflowWatch } from './workflow-watch.ts';

/** How long the first list of workflows waits for the first lists of resources, in milliseconds. */
const FIRST_LISTS_MS = 10_000;
/** How many orphans are named in the log. */
const LOGGED_ORPHANS = 10;

export interface BridgeOptions {
  readonly transport: KubernetesTransport;
  readonly events: EventRecorder;
  readonly workflows: TaskWorkflows;
  /** Unset: runbooks are not carried out. */
  readonly runbookWorkflows?: RunbookWorkflows | undefined;
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

/** Turns SeiNodeTasks and SeiNodeRunbooks into workflows for as long as it runs. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #tasks: ResourceBridge<SeiNodeTask>;
  readonly #runbooks: ResourceBridge<SeiNodeRunbook> | undefined;
  readonly #workflowWatch: WorkflowWatch;
  #orphansWithheld = 0;

  constructor(options: BridgeOptions) {
    this.#options = options;
    const { workflows, log } = options;
    this.#tasks = this.#taskBridge();
    this.#runbooks = this.#runbookBridge();
    this.#workflowWatch = new WorkflowWatch({
      workflows,
      onClosed: (workflowId) => {
        this.#tasks.onClosed(workflowId);
        this.#runbooks?.onClosed(workflowId);
      },
      onOpen: (open, listedAtMs, signal) => this.#onOpen(open, listedAtMs, signal),
      log,
    });
  }

  /**
   * Why the cache of tasks is not complete and kept up to date by a watch. `undefined`: it is. Runbooks do not count: a
   * cluster without their CRD is carried on with.
   */
  get problem(): string | undefined {
    return this.#tasks.problem;
  }

  /** Number of resources that wait to be reconciled, also after a failure. */
  get queueLength(): number {
    return this.#tasks.queueLength + (this.#runbooks?.queueLength ?? 0);
  }

  /** How many of them wait because their last reconcile failed. */
  get failing(): number {
    return this.#tasks.failing + (this.#runbooks?.failing ?? 0);
  }

  /** Time since the API server last sent anything on the watch that is silent for longest, in milliseconds. */
  get watchAgeMs(): number {
    return this.#tasks.watchAgeMs;
  }

  /** All tasks in the cache. */
  get tasks(): readonly SeiNodeTask[] {
    return this.#tasks.resources;
  }

  /** All runbooks in the cache. */
  get runbooks(): readonly SeiNodeRunbook[] {
    return this.#runbooks?.resources ?? [];
  }

  /** Number of orphans that are left running because they are too many to be believed. */
  get orphansWithheld(): number {
    return this.#orphansWithheld;
  }

  /** Runs until the signal is aborted and the running reconciles are done. No reconcile starts after the abort. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#tasks.run(signal), this.#runbooks?.run(signal), this.#watchWorkflows(signal)]);
  }

  #taskBridge(): ResourceBridge<SeiNodeTask> {
    const { transport, events, workflows, metrics, defaultTtlMs, namespaces, isLeading, log } = this.#options;
    const tasks = new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
    return new ResourceBridge<SeiNodeTask>({
      transport,
      resource: SEI_NODE_TASK,
      idOf: workflowIdOf,
      parseId: parseWorkflowId,
      isFinished: ({ status }) => isTerminal(status?.phase),
      createReconciler: (host) =>
        new TaskReconciler({
          ...host,
          tasks,
          statuses: new TaskStatusWriter(tasks, metrics),
          events,
          workflows,
          metrics,
          defaultTtlMs,
          log,
        }),
      keyFields,
      trim: withoutUnread,
      namespaces,
      selector: this.#options.taskSelector,
      isLeading,
      metrics,
      log,
    });
  }

  #runbookBridge(): ResourceBridge<SeiNodeRunbook> | undefined {
    const { transport, events, runbookWorkflows: workflows, metrics, namespaces, isLeading, log } = this.#options;
    if (workflows === undefined) return undefined;
    const runbooks = new ResourceClient<SeiNodeRunbook>(transport, SEI_NODE_RUNBOOK);
    return new ResourceBridge<SeiNodeRunbook>({
      transport,
      resource: SEI_NODE_RUNBOOK,
      idOf: runbookWorkflowIdOf,
      parseId: parseRunbookWorkflowId,
      isFinished: ({ status }) => isTerminalRunbook(status?.phase),
      createReconciler: (host) => new RunbookReconciler({ ...host, runbooks, workflows, events, metrics, log }),
      keyFields: runbookKeyFields,
      namespaces,
      selector: this.#options.taskSelector,
      isLeading,
      metrics,
      log,
    });
  }

  /** A namespace that cannot be listed delays the first list of workflows a little, and is left out. */
  async #watchWorkflows(signal: AbortSignal): Promise<void> {
    const enough = sleep(FIRST_LISTS_MS, undefined, { ref: false });
    await abortable(Promise.race([this.#tasks.synced, enough]), signal).catch(() => undefined);
    await this.#workflowWatch.run(signal);
  }

  /**
   * Finds orphans of resources that were deleted while no bridge ran or while the watch was interrupted, and workflows
   * that the Temporal server has lost.
   */
  async #onOpen(open: ReadonlySet<string>, listedAtMs: number, signal: AbortSignal): Promise<void> {
    this.#tasks.onOpen(open, listedAtMs);
    this.#runbooks?.onOpen(open, listedAtMs);
    await this.#sweepOrphans([...open], signal);
  }

  async #sweepOrphans(all: readonly string[], signal: AbortSignal): Promise<void> {
    const { log, maxOrphansPercent: limitPercent } = this.#options;
    const open = all.filter((workflowId) => this.#bridgeOf(workflowId) !== undefined);
    const orphans: string[] = [];
    for (const workflowId of open) if (await this.#isOrphan(workflowId, signal)) orphans.push(workflowId);
    const { cancel, withheld } = decideOrphans({ open: open.length, orphans, limitPercent });
    this.#orphansWithheld = withheld;
    for (const workflowId of cancel) this.#bridgeOf(workflowId)?.cancelOrphan(workflowId);
    if (withheld > 0)
      log('OrphansWithheld', { orphans: withheld, open: open.length, workflowIds: orphans.slice(0, LOGGED_ORPHANS) });
  }

  /** Where its resource may not be read, that says nothing: the sweep of other namespaces continues. */
  async #isOrphan(workflowId: string, signal: AbortSignal): Promise<boolean> {
    const bridge = this.#bridgeOf(workflowId);
    if (bridge === undefined || bridge.resourceOf(workflowId) !== undefined) return false;
    try {
      return !(await bridge.exists(workflowId, signal));
    } catch (error) {
      if (hasHttpStatus(error, 403)) return false;
      throw error;
    }
  }

  /** The bridge that would have the resource of a workflow in its cache. */
  #bridgeOf(workflowId: string): ResourceBridge<SeiNodeTask> | ResourceBridge<SeiNodeRunbook> | undefined {
    return [this.#tasks, this.#runbooks].find((bridge) => bridge?.isWatched(workflowId));
  }
}
