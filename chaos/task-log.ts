import type { SeiNodeTaskStatus } from '../api/sei-node-task.ts';
import { isTerminal } from '../api/sei-node-task.ts';
import { taskId } from '../core/task-id.ts';
import { workflowIdOf } from '../api/temporal/workflow-id.ts';
import type { StoredState } from './etcd-history.ts';
import type { ObservedState, ObservedTask } from './observations.ts';
import type { PlannedTask } from './plan/planned-task.ts';

interface LoggedTask {
  readonly planned: PlannedTask;
  readonly uid: string;
  readonly namespace: string;
  readonly createdAt: number;
  readonly states: ObservedState[];
  deletedAt?: number;
}

/** All that etcd has ever held of the SeiNodeTasks of a run. */
export class TaskLog {
  /** How often something was seen to change. */
  changes = 0;
  readonly #planned = new Map<string, PlannedTask>();
  readonly #logged = new Map<string, LoggedTask>();

  /** A task is expected before it is created. */
  expect(task: PlannedTask): void {
    this.#planned.set(task.name, task);
  }

  observe({ namespace, name, at, object }: StoredState): void {
    const planned = this.#planned.get(name);
    if (planned === undefined) return;
    this.changes += 1;
    const known = this.#logged.get(name);
    if (object === undefined) {
      if (known !== undefined) known.deletedAt = at;
      return;
    }
    const logged = known ?? {
      planned,
      uid: object.metadata.uid,
      namespace,
      createdAt: Date.parse(object.metadata.creationTimestamp),
      states: [],
    };
    this.#logged.set(name, logged);
    const status = object['status'] as SeiNodeTaskStatus | undefined;
    if (status !== undefined) logged.states.push({ at, status });
  }

  /** Tasks that still have to reach their end. */
  get open(): string[] {
    return [...this.#planned.keys()].filter((name) => {
      const task = this.#logged.get(name);
      return task === undefined || (task.deletedAt === undefined && !isTerminal(task.states.at(-1)?.status.phase));
    });
  }

  /** Tasks that should have been deleted after their end and are still there. */
  get expired(): string[] {
    return [...this.#logged.values()]
      .filter(({ planned, deletedAt }) => planned.ttlSecondsAfterFinished !== undefined && deletedAt === undefined)
      .map(({ planned }) => planned.name);
  }

  /** Id of the workflow that carries a task out, or `undefined` for one that was never there. */
  workflowIdOf(name: string): string | undefined {
    const task = this.#logged.get(name);
    return task && workflowIdOf({ ...task, name });
  }

  get tasks(): ObservedTask[] {
    return [...this.#logged.values()].map(({ planned, uid, createdAt, states, deletedAt }) => ({
      name: planned.name,
      node: planned.node,
      kind: planned.kind,
      taskId: taskId(uid, planned.kind),
      createdAt,
      timeoutSeconds: planned.timeoutSeconds,
      requirePhaseTimeoutSeconds: planned.requirePhaseTimeoutSeconds,
      queueTimeoutSeconds: planned.queueTimeoutSeconds,
      minSecondsBetweenRestarts: planned.minSecondsBetweenRestarts ?? 0,
      cancel: planned.cancel?.by,
      image: (planned.payload as { image?: string }).image,
      states,
      deletedAt,
    }));
  }
}
