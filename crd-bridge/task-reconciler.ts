import type { Logger } from '@temporalio/common';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import { statusWrite, type StatusUpdate } from '../api/status-update.ts';
import { parseWorkflowId, type MirrorTarget } from '../api/task-input.ts';
import { verdictEvent } from '../api/verdict-event.ts';
import { workflowTerminated, type Verdict } from '../api/verdict.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { updateStatus, type StatusUpdateResult } from '../kubernetes/update-status.ts';
import type { TaskWorkflows } from './task-workflows.ts';

/** How long a workflow that was seen open is taken to be open still; then it is looked at again, in milliseconds. */
const KNOWN_OPEN_MS = 300_000;

export interface TaskReconcilerOptions {
  /** Finds a resource in the bridge's copy of the cluster. */
  readonly find: (reference: MirrorTarget) => SeiNodeTask | undefined;
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly events: EventRecorder;
  readonly workflows: TaskWorkflows;
  readonly log: Logger;
}

/** Brings one SeiNodeTask and its workflow together: started once, healed when it ended unheard, cancelled when orphaned. */
export class TaskReconciler {
  readonly #options: TaskReconcilerOptions;
  readonly #knownOpen = new Map<string, number>();

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
      this.#knownOpen.delete(workflowId);
      await this.#cancelOrphan(workflowId, reference);
    } else if (isTerminal(task.status?.phase)) {
      this.#knownOpen.delete(workflowId);
    } else if (Date.now() >= (this.#knownOpen.get(workflowId) ?? 0)) {
      await this.#ensureStarted(workflowId, task);
    }
  }

  async #ensureStarted(workflowId: string, task: SeiNodeTask): Promise<void> {
    const stamped = await this.#write(task.metadata, { step: 'accepted', workflowId }, task);
    if (stamped.outcome === 'gone' || isTerminal(stamped.object.status?.phase)) return;
    const state = await this.#options.workflows.start(task);
    if (state === 'closed') return await this.#heal(workflowId, task);
    this.#knownOpen.set(workflowId, Date.now() + KNOWN_OPEN_MS);
    this.#options.log.info('Workflow of SeiNodeTask is open', { workflowId });
  }

  /** The workflow is over and the resource does not know: the outcome that it left is written again. */
  async #heal(workflowId: string, task: SeiNodeTask): Promise<void> {
    const outcome = await this.#options.workflows.outcomeOf(workflowId);
    const verdict: Verdict = outcome?.verdict ?? workflowTerminated(workflowId);
    const written = await this.#write(task.metadata, { step: 'finished', verdict });
    if (written.outcome !== 'written') return;
    const { namespace, name, uid } = task.metadata;
    await this.#options.events.record(verdictEvent({ namespace, name, uid }, verdict));
    this.#options.log.warn('Status healed from a closed workflow', { workflowId, reason: verdict.reason });
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
    { namespace, name, uid }: MirrorTarget,
    update: StatusUpdate,
    current?: SeiNodeTask,
  ): Promise<StatusUpdateResult<SeiNodeTask>> {
    const { tasks } = this.#options;
    return await updateStatus({ client: tasks, namespace, name, uid, current, ...statusWrite(update, Date.now()) });
  }
}
