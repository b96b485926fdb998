import type { Reason } from '../api/reasons.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import type { Metrics } from '../api/metrics.ts';
import type { MirrorTarget } from '../api/temporal/task-input.ts';
import { nextStatus, type ChangeContext, type StatusChange } from '../core/next-status.ts';
import { kindLabel, taskDurations } from '../core/task-measures.ts';
import { withoutRefused } from '../core/refused-fields.ts';
import { present } from '../lib/present.ts';
import type { ResourceClient } from './resource-client.ts';
import { updateStatus, type StatusUpdateResult } from './update-status.ts';
import { WrittenObjects } from './written-objects.ts';

/** A change of a task's status. */
export interface TaskStatusWrite {
  readonly task: MirrorTarget;
  readonly change: StatusChange;
  readonly context: ChangeContext;
  /** The task as last read, to save the first read. Unset: as this process last wrote it. */
  readonly current?: SeiNodeTask | undefined;
  readonly signal?: AbortSignal;
}

/**
 * The one writer of SeiNodeTask statuses. It remembers the tasks that it wrote, so that the next write of one needs no
 * read: a write by another client since then causes a conflict, and the status is computed again.
 */
export class TaskStatusWriter {
  readonly #tasks: ResourceClient<SeiNodeTask>;
  readonly #metrics: Metrics | undefined;
  readonly #written = new WrittenObjects<SeiNodeTask>();

  /** @param metrics - Counts and times verdicts. Unset: nothing is measured. */
  constructor(tasks: ResourceClient<SeiNodeTask>, metrics?: Metrics) {
    this.#tasks = tasks;
    this.#metrics = metrics;
  }

  /**
   * @returns `unchanged` when the status is already as wanted, or is terminal and must not change.
   * @throws KubernetesError when the API server did not accept it.
   */
  async write({
    task,
    change,
    context,
    current = this.#written.get(task.uid),
    signal,
  }: TaskStatusWrite): Promise<StatusUpdateResult<SeiNodeTask>> {
    const { namespace, name, uid } = task;
    const update = {
      client: this.#tasks,
      namespace,
      name,
      uid,
      compute: ({ status, metadata }: SeiNodeTask) =>
        nextStatus(status, change, { ...context, latestGeneration: metadata.generation }),
      whenRefused: withoutRefused,
      ...present({ signal }),
    };
    const first = await updateStatus({ ...update, ...present({ current }) });
    // Reads the task again before deciding that there is nothing to write.
    const result = current !== undefined && first.outcome === 'unchanged' ? await updateStatus(update) : first;
    if (result.outcome === 'gone' || isTerminal(result.object.status?.phase)) this.#written.forget(uid);
    else this.#written.keep(result.object);
    if (change.step === 'finished' && result.outcome === 'written') this.#measure(result.object, change.verdict.reason);
    return result;
  }

  #measure({ spec, status }: SeiNodeTask, reason: Reason): void {
    const labels = { kind: kindLabel(spec?.['kind']), reason };
    const { totalSeconds, executionSeconds } = taskDurations(status ?? {});
    this.#metrics?.count('sei_task_outcomes_total', labels);
    if (totalSeconds !== undefined) this.#metrics?.record('sei_task_duration_seconds', labels, totalSeconds);
    if (executionSeconds !== undefined)
      this.#metrics?.record('sei_task_execution_duration_seconds', labels, executionSeconds);
  }
}
