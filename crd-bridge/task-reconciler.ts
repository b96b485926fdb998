import type { Log } from '../api/log.ts';
import type { Metrics } from '../api/metrics.ts';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import { cancellationOf, cancelReasonOf, provenanceOf, provenanceText } from '../api/provenance.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import type { StatusChange } from '../core/next-status.ts';
import { cancelIgnoredEvent, createdAgainEvent, problemEvent, verdictEvents } from '../core/task-events.ts';
import { definitionOf, isTaskKind } from '../api/task-kinds.ts';
import { executionLimitSeconds, secondsBetweenRestarts } from '../core/execution-limit.ts';
import { isBegun } from '../core/knowledge.ts';
import { keyFields, resourceFields, verdictFields } from '../core/task-fields.ts';
import { unsupportedKind } from '../core/verdict.ts';
import { asSentence } from '../lib/as-sentence.ts';
import { present } from '../lib/present.ts';
import { printable } from '../lib/printable.ts';
import { begunOf, kindOf, type ChangeValueTexts } from '../api/temporal/task-input.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import type { TaskStatusWriter } from '../kubernetes/task-status-writer.ts';
import { changeValueTexts } from './change-value-texts.ts';
import { ResourceReplacedError } from './errors.ts';
import { declaredBy } from './declared-by.ts';
import { isEditedAfterEnd, isRecentlyEdited, remainingLifetime } from './finished-tasks.ts';
import { OpenWorkflows } from './open-workflows.ts';
import type { Reconciler, ReconcilerHost } from './resource-bridge.ts';
import type { TaskWorkflows } from './task-workflows.ts';

/**
 * Time before the bridge writes `Pending` for a task whose workflow has not written its status, in milliseconds. Most
 * workflows have written by then.
 */
const STAMP_MS = 5_000;

/** Of a resource that was not edited. */
const FIRST_GENERATION = 1;

export interface TaskReconcilerOptions extends ReconcilerHost {
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly statuses: TaskStatusWriter;
  readonly events: EventRecorder;
  readonly workflows: TaskWorkflows;
  /** Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
  /** For tasks without `spec.ttlSecondsAfterFinished`, in milliseconds. Unset: they are kept. */
  readonly defaultTtlMs?: number | undefined;
  readonly log: Log;
}

/** What is remembered of a resource, so that Temporal is not asked, and the log not written, on every reconcile. */
interface Known {
  readonly cancelHandled?: boolean;
  /** Generation of the spec that was last sent to the workflow. */
  readonly toldGeneration?: number;
}

/**
 * Reconciles one SeiNodeTask with its workflow: starts it once, repairs the status when the workflow closed without
 * writing it, cancels it when it is an orphan.
 */
export class TaskReconciler implements Reconciler<SeiNodeTask> {
  readonly #options: TaskReconcilerOptions;
  readonly #known = new Map<string, Known>();
  readonly #open = new OpenWorkflows();

  constructor(options: TaskReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(workflowId: string, task: SeiNodeTask): Promise<void> {
    if (isTerminal(task.status?.phase)) await this.#finish(workflowId, task);
    else await this.#carryOn(workflowId, task);
  }

  async cancelOrphan(workflowId: string): Promise<void> {
    if (await this.#options.workflows.cancel(workflowId)) {
      this.#options.metrics?.count('sei_bridge_orphans_cancelled_total', {});
      this.#options.log('OrphanCancelled', keyFields(workflowId));
    }
  }

  drop(workflowId: string): void {
    this.#known.delete(workflowId);
    this.#open.drop(workflowId);
  }

  forget(workflowId: string): void {
    this.#open.forget(workflowId);
  }

  noteOpen(workflowId: string, listedAtMs: number): void {
    this.#open.noteOpen(workflowId, listedAtMs);
  }

  async #carryOn(workflowId: string, task: SeiNodeTask): Promise<void> {
    const readAtMs = Date.now();
    if (this.#isLeftToLists(workflowId, task)) this.#open.setOpen(workflowId, Date.now());
    if (this.#open.isDue(workflowId)) await this.#ensureStarted(workflowId, task);
    const { cancelHandled } = this.#known.get(workflowId) ?? {};
    const openSinceMs = this.#open.openSinceMs(workflowId);
    if (openSinceMs === undefined) return;
    await this.#stamp(workflowId, task, openSinceMs);
    await this.#tellSpecChange(workflowId, task, readAtMs);
    const why = cancelReasonOf(task.metadata);
    if (why === undefined || cancelHandled) return;
    const progress = { step: 'Cancelling', message: 'The task is being cancelled.' };
    await this.#write(workflowId, task, { step: 'noted', progress });
    await this.#options.workflows.requestCancel(workflowId, why);
    this.#known.set(workflowId, { ...this.#known.get(workflowId), cancelHandled: true });
    this.#options.log('CancelRequested', { ...resourceFields(task), why });
  }

  /**
   * Whether a task that this process has not seen yet counts as open until a list tells otherwise, because its workflow
   * has written its status. Otherwise each new leader would start thousands of workflows that are open.
   */
  #isLeftToLists(workflowId: string, { status }: SeiNodeTask): boolean {
    const { id, runId } = status?.workflow ?? {};
    const hasBegun = id === workflowId && runId !== undefined;
    return hasBegun && this.#options.workflows.canListOpen && !this.#open.has(workflowId);
  }

  /** Writes `Pending` when the workflow has not written a status itself, because no worker has picked it up yet. */
  async #stamp(workflowId: string, task: SeiNodeTask, openSinceMs: number): Promise<void> {
    if (task.status?.phase !== undefined) return;
    const remainingMs = openSinceMs + STAMP_MS - Date.now();
    if (remainingMs > 0) return this.#options.reconcileAfter(workflowId, remainingMs);
    await this.#write(workflowId, task, { step: 'accepted' }, task);
    this.#options.log('PendingWritten', resourceFields(task));
  }

  /**
   * Only the timeouts and intervals of a task may change while it runs (contract §1). A generation that is lower than the
   * last one is sent, too: the API server was restored from a backup.
   */
  async #tellSpecChange(workflowId: string, task: SeiNodeTask, readAtMs: number): Promise<void> {
    const { generation = FIRST_GENERATION } = task.metadata;
    const { toldGeneration = generationActedOn(task) } = this.#known.get(workflowId) ?? {};
    if (generation === toldGeneration) return;
    const kind = kindOf(task);
    const seconds = executionLimitSeconds(kind, task.spec?.['timeoutSeconds']);
    const betweenRestartsMs = 1_000 * secondsBetweenRestarts(kind, task.spec?.['minSecondsBetweenRestarts']);
    await this.#options.workflows.specChanged(workflowId, {
      generation,
      readAtMs,
      betweenRestartsMs,
      ...present({ timeoutMs: seconds && 1_000 * seconds }),
    });
    this.#known.set(workflowId, { ...this.#known.get(workflowId), toldGeneration: generation });
    this.#options.log('SpecChangeSent', { ...resourceFields(task), generation });
  }

  async #ensureStarted(workflowId: string, seen: SeiNodeTask): Promise<void> {
    const kind = kindOf(seen);
    if (!isTaskKind(kind)) return await this.#refuseKind(workflowId, seen);
    // Not each time that Temporal is asked again, and not by each new leader.
    const isNew = seen.status === undefined && !this.#open.has(workflowId);
    const { task, texts } = definitionOf(kind).sendsJsonValues ? await this.#withTexts(seen) : { task: seen };
    const state = await this.#start(workflowId, task, texts);
    if (state === 'closed') return await this.#heal(workflowId, task);
    if (task.status?.phase === undefined && this.#open.openSinceMs(workflowId) === undefined)
      await this.#reportEarlier(task);
    this.#open.setOpen(workflowId, Date.now());
    if (isNew) this.#options.log('WorkflowStarted', resourceFields(task));
  }

  async #refuseKind(workflowId: string, task: SeiNodeTask): Promise<void> {
    const verdict = unsupportedKind(kindOf(task), isBegun(begunOf(task)));
    if (await this.#end(workflowId, task, verdict))
      this.#options.log('VerdictFailed', { ...resourceFields(task), ...verdictFields(verdict) });
  }

  /**
   * Reports that a task of this name was carried out before, for tasks that a program may have created again because
   * they were gone: their node would be restarted after each TTL. One query for each of them, after its start.
   */
  async #reportEarlier(task: SeiNodeTask): Promise<void> {
    const { metadata, spec } = task;
    const by = declaredBy(metadata);
    if (by === undefined && spec?.['ttlSecondsAfterFinished'] === undefined) return;
    const { workflows, events, log } = this.#options;
    try {
      const earlier = await workflows.earlierOf(metadata);
      if (earlier === undefined) return;
      await events.record(createdAgainEvent(metadata, { earlier, by }));
      log('TaskCreatedAgain', { ...resourceFields(task), earlier, by });
    } catch (error) {
      log('EarlierTaskNotRead', { ...resourceFields(task), error });
    }
  }

  async #start(workflowId: string, task: SeiNodeTask, texts: ChangeValueTexts | undefined): Promise<'open' | 'closed'> {
    try {
      return await this.#options.workflows.start(task, texts);
    } catch (error) {
      // The workflow has written a status itself: its step is kept.
      const isStarted = task.status?.workflow?.runId !== undefined;
      const problem = isStarted
        ? 'Temporal cannot be asked whether the workflow is open'
        : 'The workflow cannot be started';
      const message = `${problem}; retrying. Check the Temporal server. Last problem: ${asSentence(printable(wordsOf(error), 300))}`;
      if (!isStarted) await this.#write(workflowId, task, { step: 'noted', progress: { step: 'Starting', message } });
      await this.#options.events.record(problemEvent(task.metadata, 'TEMPORAL_UNAVAILABLE', message));
      throw error;
    }
  }

  /** Reads the resource and the texts of its parameter change from one answer, so that they belong together. */
  async #withTexts({
    metadata: { namespace, name, uid },
  }: SeiNodeTask): Promise<{ task: SeiNodeTask; texts: ChangeValueTexts }> {
    const text = await this.#options.tasks.getText(namespace, name);
    const task = text === undefined ? undefined : (JSON.parse(text) as SeiNodeTask);
    if (text !== undefined && task?.metadata.uid === uid) return { task, texts: changeValueTexts(text) };
    throw new ResourceReplacedError(`${namespace}/${name} is gone; the watch will report it`);
  }

  /** The workflow is closed and the status has no verdict: its outcome is written again. */
  async #heal(workflowId: string, task: SeiNodeTask): Promise<void> {
    const verdict = await this.#options.workflows.verdictOf(workflowId);
    if (!(await this.#end(workflowId, task, verdict))) return;
    this.#options.metrics?.count('sei_bridge_statuses_repaired_total', {});
    this.#options.log('StatusRepaired', { ...resourceFields(task), ...verdictFields(verdict) });
  }

  /** @returns Whether the verdict was written. A resource that is gone or terminal is not changed. */
  async #end(workflowId: string, task: SeiNodeTask, verdict: Verdict): Promise<boolean> {
    const written = await this.#write(workflowId, task, { step: 'finished', verdict });
    if (written.outcome !== 'written') return false;
    const subjects = { task: task.metadata, workflowId, kind: kindOf(task), provenance: requestedText(task) };
    for (const event of verdictEvents(subjects, verdict)) await this.#options.events.record(event);
    return true;
  }

  /** A finished task is never acted on again, except that it is deleted when its TTL has passed. */
  async #finish(workflowId: string, task: SeiNodeTask): Promise<void> {
    await this.#answerLateCancel(workflowId, task);
    if (isEditedAfterEnd(task))
      await this.#options.statuses.write({
        task: task.metadata,
        change: { step: 'edited' },
        context: { atMs: Date.now() },
      });
    const lifetimeMs = remainingLifetime(task, Date.now(), this.#options.defaultTtlMs);
    if (lifetimeMs === undefined) return;
    if (lifetimeMs > 0) return this.#options.reconcileAfter(workflowId, lifetimeMs);
    const { namespace, name, uid, resourceVersion } = task.metadata;
    await this.#options.tasks.delete(namespace, name, { preconditions: { uid, resourceVersion } });
    this.#options.log('TaskDeleted', resourceFields(task));
  }

  async #answerLateCancel(workflowId: string, { metadata, status }: SeiNodeTask): Promise<void> {
    const { cancelHandled } = this.#known.get(workflowId) ?? {};
    const isAsked = cancellationOf(metadata) !== undefined;
    this.drop(workflowId);
    if (!isAsked) return;
    this.#known.set(workflowId, { cancelHandled: true });
    if (!cancelHandled && status?.reason !== 'Cancelled' && isRecentlyEdited(metadata, Date.now()))
      await this.#options.events.record(cancelIgnoredEvent(metadata, status?.phase));
  }

  async #write(
    workflowId: string,
    task: SeiNodeTask,
    change: StatusChange,
    current?: SeiNodeTask,
  ): ReturnType<TaskStatusWriter['write']> {
    const { statuses, workflows } = this.#options;
    const context = { atMs: Date.now(), workflow: workflows.referenceTo(workflowId), provenance: requestedText(task) };
    return await statuses.write({ task: task.metadata, change, context, current });
  }
}

/**
 * Of the spec that the workflow has. Before the workflow has written a status, that has the generation that a bridge saw
 * and may not have told, and it is not known of which one the workflow was started.
 */
function generationActedOn({ status }: SeiNodeTask): number {
  const isWritten = status?.workflow?.runId !== undefined;
  return (isWritten ? status?.observedGeneration : undefined) ?? FIRST_GENERATION;
}

/** The innermost message: the outer ones only say that a call failed. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : wordsOf(error.cause);
}

function requestedText({ metadata }: SeiNodeTask): string {
  return provenanceText(provenanceOf(metadata));
}
