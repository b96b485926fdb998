import { formatGoTime } from './go-format.ts';
import type { Transaction } from './sent-transactions.ts';

const LISTED = 100;

/** A task as stored on the sidecar's disk: it survives the sidecar's process. */
export interface StoredTask {
  id: string;
  type: string;
  status: 'running' | 'completed' | 'failed';
  run: number;
  params: Record<string, unknown>;
  result?: unknown;
  error?: string;
  /** Nanoseconds since 1970, like `completedAt`. */
  submittedAt: bigint;
  completedAt?: bigint;
}

/** A task as it is sent to clients (contract §3). */
export interface TaskView {
  id: string;
  type: string;
  status: StoredTask['status'];
  run: number;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: string;
  submittedAt: string;
  completedAt?: string;
}

/** The sidecar's database. */
export class TaskStore {
  /** Transactions that were sent, by task. They are kept when the task is deleted. */
  readonly sent = new Map<string, Transaction>();
  readonly #tasks = new Map<string, StoredTask>();

  get(id: string): StoredTask | undefined {
    return this.#tasks.get(id);
  }

  /** Writes the row, also when it was deleted. */
  save(task: StoredTask): void {
    this.#tasks.set(task.id, task);
  }

  delete(id: string): boolean {
    return this.#tasks.delete(id);
  }

  deleteByType(type: string): void {
    for (const task of this.#tasks.values()) if (task.type === type) this.#tasks.delete(task.id);
  }

  running(): StoredTask[] {
    return [...this.#tasks.values()].filter((task) => task.status === 'running');
  }

  /** Newest first, at most 100. */
  list(): StoredTask[] {
    return [...this.#tasks.values()].toSorted((a, b) => (a.submittedAt < b.submittedAt ? 1 : -1)).slice(0, LISTED);
  }
}

/** Fields in the sidecar's order; empty ones are left out. */
export function viewTask(task: StoredTask): TaskView {
  return {
    id: task.id,
    type: task.type,
    status: task.status,
    run: task.run,
    ...(Object.keys(task.params).length > 0 && { params: task.params }),
    ...(task.result !== undefined && { result: task.result }),
    ...(task.error !== undefined && { error: task.error }),
    submittedAt: formatGoTime(task.submittedAt),
    ...(task.completedAt !== undefined && { completedAt: formatGoTime(task.completedAt) }),
  };
}
