import { randomUUID } from 'node:crypto';
import { formatGoTime, nowNanos, quoteGo } from './go-format.ts';
import type { NodeEvent } from './journal.ts';
import { SigtermDraw } from './sigterm-draw.ts';
import { FailedWithResult, type SidecarVersion, type TaskSurroundings, type TasksOnSigterm } from './task-context.ts';
import { taskTypes } from './task-types.ts';
import { TaskStore, viewTask, type StoredTask, type TaskView } from './task-store.ts';

/** Thrown when the sidecar refuses a task; the message is the body of its 400. */
export class TaskRefused extends Error {}

/** Options of {@link Sidecar}. */
export interface SidecarOptions {
  version: SidecarVersion;
  /** Whether its first process is ready at the start, as after an earlier mark-ready. */
  ready: boolean;
  /** Whether tasks end at once and do nothing to seid. */
  instantTasks: boolean;
  tasksOnSigterm: TasksOnSigterm;
  surroundings: TaskSurroundings;
}

interface Run {
  id: string;
  controller: AbortController;
  done: Promise<void>;
  /** Whether its cancellation is stored as a failure. */
  storesCancellation: boolean;
}

/** State that is lost when the sidecar's process ends. */
interface SidecarProcess {
  lifetime: number;
  startedAt: bigint;
  ready: boolean;
  runs: Set<Run>;
  crashed: boolean;
}

// uuid.Parse of google/uuid accepts these forms: as usual, as a URN, between any two characters, and without hyphens.
const UUID =
  /^(?:(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\p{ASCII}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\p{ASCII}|[0-9a-f]{32})$/iu;

/**
 * One sidecar: a disk with tasks, and a process that can be stopped and started. It runs every task as soon as it is
 * submitted, and has **no mutual exclusion**: two restarts under two ids signal the same seid twice.
 */
export class Sidecar {
  /** How often its process has been restarted. */
  restarts = 0;
  readonly #options: SidecarOptions;
  #store = new TaskStore();
  readonly #draw: SigtermDraw;
  #process: SidecarProcess | undefined;

  constructor(options: SidecarOptions) {
    this.#options = options;
    this.#draw = new SigtermDraw(options.version, options.tasksOnSigterm);
    this.#process = this.#newProcess(options.ready);
  }

  /** Whether its process runs. */
  get up(): boolean {
    return this.#process !== undefined;
  }

  /** Whether it has been marked ready since its process started. */
  get ready(): boolean {
    return this.#process?.ready ?? false;
  }

  /** Start of its process, RFC 3339 with nanoseconds; `undefined` while it is down. */
  get startedAt(): string | undefined {
    return this.#process && formatGoTime(this.#process.startedAt);
  }

  /**
   * Accepts a task as `POST /v0/tasks` does: one that is running or completed is not run again, one that failed is.
   * @throws {TaskRefused} unknown type, or an id that is not a UUID.
   */
  submit(task: { id: string; type: string; params: Record<string, unknown> }): string {
    if (!taskTypes[this.#options.version].has(task.type)) throw new TaskRefused(`unknown task type: ${task.type}`);
    if (task.id !== '' && !UUID.test(task.id)) {
      throw new TaskRefused(`task ID must be a valid UUID: ${quoteGo(task.id)}`);
    }
    const id = task.id === '' ? randomUUID() : task.id;
    const known = this.#store.get(id);
    if (known !== undefined && known.status !== 'failed') return id;
    const stored: StoredTask = { ...task, id, status: 'running', run: (known?.run ?? 0) + 1, submittedAt: nowNanos() };
    this.#store.save(stored);
    this.#run(stored);
    return id;
  }

  task(id: string): TaskView | undefined {
    const task = this.#store.get(id);
    return task && viewTask(task);
  }

  /** Newest first, at most 100. */
  tasks(): TaskView[] {
    return this.#store.list().map(viewTask);
  }

  /** Deletes the row. A newer sidecar also stops the work; v0.0.56 lets it continue and stores its end. */
  delete(id: string): boolean {
    if (this.#options.version === 'newer') {
      for (const run of this.#process?.runs ?? []) if (run.id === id) run.controller.abort();
    }
    return this.#store.delete(id);
  }

  /** Ends the process like `kill -9`: running tasks stay `running` on disk and no process works on them. */
  crash(): void {
    const dying = this.#process;
    this.#process = undefined;
    if (dying === undefined) return;
    this.#note({ type: 'sidecar-ended', lifetime: dying.lifetime, how: 'crash' });
    dying.crashed = true;
    for (const run of dying.runs) run.controller.abort();
  }

  /** Ends the process like SIGTERM: running tasks stay running, unless {@link TasksOnSigterm} says otherwise. */
  async stop(): Promise<void> {
    const dying = this.#process;
    this.#process = undefined;
    if (dying === undefined) return;
    this.#note({ type: 'sidecar-ended', lifetime: dying.lifetime, how: 'stop' });
    for (const run of dying.runs) {
      run.storesCancellation = this.#draw.storesFailure();
      run.controller.abort();
    }
    await Promise.all([...dying.runs].map((run) => run.done));
  }

  /**
   * Gives it an empty disk. A running process is first ended as by `kill -9`, and replaced by one that finds nothing.
   */
  loseStore(): void {
    const { up } = this;
    this.crash();
    this.#store = new TaskStore();
    if (up) this.start();
  }

  /** Starts a new process, not ready, which runs the tasks that are `running` from the start with the same `run`. */
  start(): void {
    if (this.#process !== undefined) return;
    this.restarts += 1;
    this.#process = this.#newProcess(false);
    for (const task of this.#store.running()) this.#run(task);
  }

  #run(task: StoredTask): void {
    const process = this.#process;
    if (process === undefined) return;
    const run: Run = {
      id: task.id,
      controller: new AbortController(),
      done: Promise.resolve(),
      storesCancellation: false,
    };
    process.runs.add(run);
    this.#note({ type: 'run-began', lifetime: process.lifetime, taskId: task.id, taskType: task.type });
    run.done = this.#execute(task, process, run).finally(() => process.runs.delete(run));
  }

  async #execute(task: StoredTask, process: SidecarProcess, run: Run): Promise<void> {
    const { surroundings, version, instantTasks } = this.#options;
    const { id, type, params } = task;
    const { signal } = run.controller;
    const ended: StoredTask = { ...task };
    try {
      if (!instantTasks)
        ended.result = await taskTypes[version].get(type)?.({
          ...surroundings,
          id,
          params,
          sent: this.#store.sent,
          signal,
        });
      ended.status = 'completed';
      this.#setReadiness(type, process);
    } catch (error) {
      if (signal.aborted && !run.storesCancellation) return this.#noteEnd(process, id, 'interrupted');
      Object.assign(ended, failureOf(error as Error, signal));
    }
    if (process.crashed) return this.#noteEnd(process, id, 'interrupted');
    ended.completedAt = nowNanos();
    this.#store.save(ended);
    this.#noteEnd(process, id, ended.status === 'failed' ? 'failed' : 'completed');
  }

  /** These two types do only that. */
  #setReadiness(type: string, process: SidecarProcess): void {
    if (type === 'mark-ready') process.ready = true;
    if (type !== 'mark-not-ready') return;
    this.#store.deleteByType('mark-ready');
    process.ready = false;
  }

  #newProcess(ready: boolean): SidecarProcess {
    const lifetime = this.restarts;
    this.#note({ type: 'sidecar-started', lifetime });
    return { lifetime, startedAt: nowNanos(), ready, runs: new Set(), crashed: false };
  }

  #noteEnd({ lifetime }: SidecarProcess, taskId: string, end: 'completed' | 'failed' | 'interrupted'): void {
    this.#note({ type: 'run-ended', lifetime, taskId, end });
  }

  #note(event: NodeEvent): void {
    this.#options.surroundings.journal.note(event);
  }
}

function failureOf(error: Error, { aborted }: AbortSignal): Partial<StoredTask> {
  if (aborted) return { status: 'failed', error: 'context canceled' };
  return { status: 'failed', error: error.message, ...(error instanceof FailedWithResult && { result: error.result }) };
}
