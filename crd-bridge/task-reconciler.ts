import type { Logger } from '@temporalio/common';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import { cancellationOf, provenanceOf, provenanceText } from '../api/provenance.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import type { StatusChange } from '../core/next-status.ts';
import { cancelIgnoredEvent, problemEvent, verdictEvents } from '../core/task-events.ts';
import { definitionOf, isTaskKind } from '../api/task-kinds.ts';
import { executionLimitSeconds, secondsBetweenRestarts } from '../core/execution-limit.ts';
import { unsupportedKind } from '../core/verdict.ts';
import { present } from '../lib/present.ts';
import { printable } from '../lib/printable.ts';
import { kindOf, type ChangeValueTexts, type MirrorTarget } from '../api/temporal/task-input.ts';
import { parseWorkflowId } from '../api/temporal/workflow-id.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import type { TaskStatusWriter } from '../kubernetes/task-status-writer.ts';
import { changeValueTexts } from './change-value-texts.ts';
import { ResourceReplacedError } from './errors.ts';
import { remainingLifetime } from './finished-tasks.ts';
import type { TaskWorkflows } from './task-workflows.ts';

/** How long a workflow that was seen open is taken to be open still; then it is looked at again, in milliseconds. */
const KNOWN_OPEN_MS = 300_000;
/**
 * Before the bridge stamps `Pending` on a task whose workflow has not written yet, in milliseconds: most have by then.
 */
const STAMP_MS = 5_000;

export interface TaskReconcilerOptions {
  /** Finds a resource in the bridge's copy of the cluster. */
  readonly find: (reference: MirrorTarget) => SeiNodeTask | undefined;
  /** Has a resource reconciled again later. */
  readonly reconcileAfter: (workflowId: string, delayMs: number) => void;
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly statuses: TaskStatusWriter;
  readonly events: EventRecorder;
  readonly workflows: TaskWorkflows;
  readonly log: Logger;
}

/** What is remembered of a resource, so that nothing is asked or said again and again. */
interface Known {
  readonly openUntilMs?: number;
  readonly cancelHandled?: boolean;
  /** Generation of the spec that the workflow was last told of. */
  readonly toldGeneration?: number;
}

/**
 * Brings one SeiNodeTask and its workflow together: started once, healed when it ended unheard, cancelled when
 * orphaned.
 */
export class TaskReconciler {
  readonly #options: TaskReconcilerOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: TaskReconcilerOptions) {
    this.#options = options;
  }

  /**
   * @param workflowId - Names the resource by its uid, so one created anew under the same name is another key.
   * @throws KubernetesError, or a Temporal service error: nothing is lost, the key has to come back.
   */
  async reconcile(workflowId: string): Promise<void> {
    const reference = parseWorkflowId(workflowId);
    if (reference === undefined) return;
    const task = this.#options.find(reference);
    if (task?.metadata.uid !== reference.uid) {
      this.#known.delete(workflowId);
      await this.#cancelOrphan(workflowId, reference);
    } else if (isTerminal(task.status?.phase)) {
      await this.#finish(workflowId, task);
    } else {
      await this.#carryOn(workflowId, task);
    }
  }

  /** Has the next `reconcile` ask the Temporal server again, although the workflow was seen open a short while ago. */
  forget(workflowId: string): void {
    const { openUntilMs: _, ...known } = this.#known.get(workflowId) ?? {};
    this.#known.set(workflowId, known);
  }

  async #carryOn(workflowId: string, task: SeiNodeTask): Promise<void> {
    if (Date.now() >= (this.#known.get(workflowId)?.openUntilMs ?? 0)) await this.#ensureStarted(workflowId, task);
    const { openUntilMs, cancelHandled } = this.#known.get(workflowId) ?? {};
    if (openUntilMs === undefined) return;
    await this.#stamp(workflowId, task, openUntilMs - KNOWN_OPEN_MS);
    await this.#tellSpecChange(workflowId, task);
    const why = cancellationOf(task.metadata);
    if (why === undefined || cancelHandled) return;
    const progress = { step: 'Cancelling', message: 'The task is being cancelled.' };
    await this.#write(workflowId, task, { step: 'noted', progress });
    await this.#options.workflows.requestCancel(workflowId, why);
    this.#known.set(workflowId, { ...this.#known.get(workflowId), cancelHandled: true });
    this.#options.log.info('Workflow of SeiNodeTask was asked to cancel', { workflowId, why });
  }

  /** Says that the task was seen when its workflow has not written so itself: no worker has taken it yet. */
  async #stamp(workflowId: string, task: SeiNodeTask, openSinceMs: number): Promise<void> {
    if (task.status?.phase !== undefined) return;
    const remainingMs = openSinceMs + STAMP_MS - Date.now();
    if (remainingMs > 0) return this.#options.reconcileAfter(workflowId, remainingMs);
    await this.#write(workflowId, task, { step: 'accepted' }, task);
  }

  /** Only the times of a task may change while it goes on (contract §1). */
  async #tellSpecChange(workflowId: string, task: SeiNodeTask): Promise<void> {
    const { generation = 0 } = task.metadata;
    const { toldGeneration = task.status?.observedGeneration ?? generation } = this.#known.get(workflowId) ?? {};
    if (generation <= toldGeneration) return;
    const kind = kindOf(task);
    const seconds = executionLimitSeconds(kind, task.spec?.['timeoutSeconds']);
    const betweenRestartsMs = 1_000 * secondsBetweenRestarts(kind, task.spec?.['minSecondsBetweenRestarts']);
    await this.#options.workflows.specChanged(workflowId, {
      generation,
      betweenRestartsMs,
      ...present({ timeoutMs: seconds && 1_000 * seconds }),
    });
    this.#known.set(workflowId, { ...this.#known.get(workflowId), toldGeneration: generation });
  }

  async #ensureStarted(workflowId: string, seen: SeiNodeTask): Promise<void> {
    const { log } = this.#options;
    const kind = kindOf(seen);
    if (!isTaskKind(kind)) return void (await this.#end(workflowId, seen, unsupportedKind(kind)));
    const { task, texts } = definitionOf(kind).sendsJsonValues ? await this.#withTexts(seen) : { task: seen };
    const state = await this.#start(workflowId, task, texts);
    if (state === 'closed') return await this.#heal(workflowId, task);
    this.#known.set(workflowId, { ...this.#known.get(workflowId), openUntilMs: Date.now() + KNOWN_OPEN_MS });
    log.info('Workflow of SeiNodeTask is open', { workflowId });
  }

  async #start(workflowId: string, task: SeiNodeTask, texts: ChangeValueTexts | undefined): Promise<'open' | 'closed'> {
    try {
      return await this.#options.workflows.start(task, texts);
    } catch (error) {
      // Its workflow has written itself: how far it came stays in the status.
      const isStarted = task.status?.workflow?.runId !== undefined;
      const problem = isStarted
        ? 'Temporal cannot be asked whether the workflow is open'
        : 'The workflow cannot be started';
      const message = `${problem}; it is tried again. Check the Temporal server. Last problem: ${printable(wordsOf(error), 300)}`;
      if (!isStarted) await this.#write(workflowId, task, { step: 'noted', progress: { step: 'Starting', message } });
      await this.#options.events.record(problemEvent(task.metadata, 'TEMPORAL_UNAVAILABLE', message));
      throw error;
    }
  }

  /** The resource and the texts of its parameter change from one answer, so that they fit each other. */
  async #withTexts({
    metadata: { namespace, name, uid },
  }: SeiNodeTask): Promise<{ task: SeiNodeTask; texts: ChangeValueTexts }> {
    const text = await this.#options.tasks.getText(namespace, name);
    const task = text === undefined ? undefined : (JSON.parse(text) as SeiNodeTask);
    if (text !== undefined && task?.metadata.uid === uid) return { task, texts: changeValueTexts(text) };
    throw new ResourceReplacedError(`${namespace}/${name} is gone; the watch will tell`);
  }

  /** The workflow is over and the resource does not know: the outcome that it left is written again. */
  async #heal(workflowId: string, task: SeiNodeTask): Promise<void> {
    const verdict = await this.#options.workflows.verdictOf(workflowId);
    if (await this.#end(workflowId, task, verdict))
      this.#options.log.warn('Status healed from a closed workflow', { workflowId, reason: verdict.reason });
  }

  /** @returns Whether the verdict was written; a resource that is gone or has reached its end is left alone. */
  async #end(workflowId: string, task: SeiNodeTask, verdict: Verdict): Promise<boolean> {
    const written = await this.#write(workflowId, task, { step: 'finished', verdict });
    if (written.outcome !== 'written') return false;
    const subjects = { task: task.metadata, workflowId, kind: kindOf(task), provenance: requestedText(task) };
    for (const event of verdictEvents(subjects, verdict)) await this.#options.events.record(event);
    return true;
  }

  /** A finished task is never acted on again, except that it is deleted when its time is up. */
  async #finish(workflowId: string, task: SeiNodeTask): Promise<void> {
    await this.#answerLateCancel(workflowId, task);
    const lifetimeMs = remainingLifetime(task, Date.now());
    if (lifetimeMs === undefined) return;
    if (lifetimeMs > 0) return this.#options.reconcileAfter(workflowId, lifetimeMs);
    const { namespace, name, uid, resourceVersion } = task.metadata;
    await this.#options.tasks.delete(namespace, name, { preconditions: { uid, resourceVersion } });
    this.#options.log.info('SeiNodeTask deleted by ttlSecondsAfterFinished', { workflowId });
  }

  async #answerLateCancel(workflowId: string, { metadata, status }: SeiNodeTask): Promise<void> {
    const { cancelHandled } = this.#known.get(workflowId) ?? {};
    const isAsked = cancellationOf(metadata) !== undefined;
    this.#known.delete(workflowId);
    if (!isAsked) return;
    this.#known.set(workflowId, { cancelHandled: true });
    if (!cancelHandled && status?.reason !== 'Cancelled')
      await this.#options.events.record(cancelIgnoredEvent(metadata, status?.phase));
  }

  /** A workflow whose resource is gone. The API server is asked, since the bridge's copy may lag or be filtered. */
  async #cancelOrphan(workflowId: string, { namespace, name, uid }: MirrorTarget): Promise<void> {
    const live = await this.#options.tasks.get(namespace, name);
    if (live?.metadata.uid === uid) return;
    if (await this.#options.workflows.cancel(workflowId)) {
      this.#options.log.info('SeiNodeTask is gone; its workflow was asked to cancel', { workflowId });
    }
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

/** The innermost words: the outer ones only say that a call failed. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : wordsOf(error.cause);
}

function requestedText({ metadata }: SeiNodeTask): string {
  return provenanceText(provenanceOf(metadata));
}
