import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { BearerToken } from '../../activities/bearer-token.ts';
import { NodeUrlTemplate } from '../../activities/node-url-template.ts';
import { SidecarClient } from '../../activities/sidecar-client.ts';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import { isTerminal, type SeiNodeTask, type SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { kindOf, nodeNameOf } from '../../api/temporal/task-input.ts';
import { taskId } from '../../core/task-id.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import type { Account } from '../support/account.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

const ROUND_MS = 50;
/** Longest backoff, in milliseconds; the real one's is 1,000 s. */
const LONGEST_BACKOFF_MS = 1_000;

type Execution = NonNullable<SeiNodeTaskStatus['task']>;

/** What it remembers of a task whose reconcile failed. */
interface Failure {
  readonly count: number;
  readonly retryAtMs: number;
}

/**
 * Stands in for the Go controller of SeiNodeTasks: does what it does in the same order, for RestartSeid. One status
 * write that stamps the task as Pending; then, while it is Pending, a POST; while it is Running, only GETs. What a
 * reconcile has found is written once, at its end, with the resourceVersion that it has read; a write that is refused
 * is logged and retried with backoff. It knows nothing of labels.
 */
export class GoController {
  /** Lines of its log, each after the name of its task. */
  readonly log: string[] = [];
  /** Names of the tasks that it does not send until they are removed: as if it had been paused there. */
  readonly held = new Set<string>();
  /** Names of the tasks that it was about to send. */
  readonly reachedSend = new Set<string>();
  readonly #tasks: ResourceClient<SeiNodeTask>;
  readonly #sidecar: SidecarClient;
  readonly #namespace: string;
  readonly #failures = new Map<string, Failure>();
  /** Reconciles in progress, by uid. */
  readonly #running = new Map<string, Promise<void>>();

  constructor({ fleet, namespace, added }: TestEnvironment, account: Account) {
    const dispatcher = new Agent();
    added.defer(() => dispatcher.close());
    this.#namespace = namespace;
    this.#tasks = new ResourceClient<SeiNodeTask>(account.transport, SEI_NODE_TASK);
    this.#sidecar = new SidecarClient({
      urlTemplate: new NodeUrlTemplate(`${fleet.url}/{namespace}/{name}`),
      dispatcher,
      token: new BearerToken(account.tokenFile),
    });
  }

  /** Runs until the signal is aborted and its reconciles are done. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { items } = await this.#tasks.listPage({ namespace: this.#namespace });
      for (const task of items) if (this.#isDue(task)) this.#begin(task);
      await sleep(ROUND_MS);
    }
    this.held.clear();
    await Promise.all(this.#running.values());
  }

  #isDue({ metadata: { uid }, status }: SeiNodeTask): boolean {
    const { retryAtMs } = this.#failures.get(uid) ?? { retryAtMs: 0 };
    return !isTerminal(status?.phase) && !this.#running.has(uid) && Date.now() >= retryAtMs;
  }

  #begin(task: SeiNodeTask): void {
    const { uid } = task.metadata;
    const reconcile = this.#reconcileWithBackoff(task).finally(() => this.#running.delete(uid));
    this.#running.set(uid, reconcile);
  }

  async #reconcileWithBackoff(task: SeiNodeTask): Promise<void> {
    const { name, uid } = task.metadata;
    try {
      await this.#reconcile(task);
      this.#failures.delete(uid);
    } catch (error) {
      this.log.push(`${name}: ${String(error)}`);
      const count = (this.#failures.get(uid)?.count ?? 0) + 1;
      const delayMs = Math.min(LONGEST_BACKOFF_MS, ROUND_MS * 2 ** count);
      this.#failures.set(uid, { count, retryAtMs: Date.now() + delayMs });
    }
  }

  async #reconcile(task: SeiNodeTask): Promise<void> {
    const now = timestamp(Date.now());
    const before = task.status?.task;
    if (before === undefined) {
      const id = taskId(task.metadata.uid, kindOf(task));
      const stamped: Execution = { id, status: 'Pending', executionStartedAt: now };
      return await this.#flush(task, { phase: 'Running', startedAt: now, task: stamped });
    }
    const driven = await this.#drive(task, before, now);
    if (driven !== before) await this.#flush(task, { phase: phaseOf(driven), task: driven });
  }

  async #drive({ metadata, ...task }: SeiNodeTask, before: Execution, now: string): Promise<Execution> {
    const node = { namespace: metadata.namespace, name: nodeNameOf({ metadata, ...task }) };
    let driven = before;
    if (before.status === 'Pending') {
      this.reachedSend.add(metadata.name);
      while (this.held.has(metadata.name)) await sleep(ROUND_MS);
      await this.#sidecar.postTask(node, { id: before.id, type: 'restart-seid' });
      driven = { ...before, status: 'Running', submittedAt: now };
    }
    const seen = await this.#sidecar.getTask(node, before.id, AbortSignal.timeout(10_000));
    if (seen?.status === 'completed') return { ...driven, status: 'Complete' };
    return seen?.status === 'failed' ? { ...driven, status: 'Failed' } : driven;
  }

  async #flush({ metadata }: SeiNodeTask, status: SeiNodeTaskStatus): Promise<void> {
    const { namespace, name, resourceVersion } = metadata;
    try {
      await this.#tasks.patchStatus({ namespace, name }, { metadata: { resourceVersion }, status });
    } catch (cause) {
      throw new Error(`flushing status: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

function phaseOf({ status }: Execution): 'Running' | 'Complete' | 'Failed' {
  return status === 'Complete' || status === 'Failed' ? status : 'Running';
}
