import { SEI_NODE_TASK } from '../api/resources.ts';
import { isTerminal, type SeiNodeTask, type SeiNodeTaskStatus } from '../api/sei-node-task.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import type { ObjectChange } from '../kubernetes/object-store.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { abortable } from '../lib/abortable.ts';
import { now } from './now.ts';

/** Maximum time to wait for the end of a task, in milliseconds. */
const FINISH_TIMEOUT_MS = 120_000;

/** A state of a SeiNodeTask, and when the watch received it: milliseconds since 1970, with fractions. */
export interface SeenTask {
  readonly task: SeiNodeTask;
  readonly at: number;
}

interface Follower {
  readonly onState: (seen: SeenTask) => void;
  readonly finished: PromiseWithResolvers<SeenTask>;
}

export interface FollowOptions {
  /** Called with each new state, in order. */
  readonly onState?: (seen: SeenTask) => void;
  readonly signal: AbortSignal;
  /** Maximum time to the end, in milliseconds. Default: 120,000. */
  readonly timeoutMs?: number;
}

/** Watches the SeiNodeTasks of one namespace. */
export class TaskWatch implements AsyncDisposable {
  readonly #reflector: Reflector<SeiNodeTask>;
  readonly #followers = new Map<string, Follower>();
  readonly #statuses = new Map<string, SeiNodeTaskStatus[]>();
  readonly #stop = new AbortController();
  readonly #stopped: Promise<void>;

  private constructor(transport: KubernetesTransport, namespace: string) {
    this.#reflector = new Reflector<SeiNodeTask>({
      transport,
      resource: SEI_NODE_TASK,
      namespace,
      onChange: (change) => this.#report(change),
      log: (event, fields) => {
        if (event === 'WatchFailed' && fields?.folded !== true) console.error(event, fields);
      },
    });
    this.#stopped = this.#reflector.run(this.#stop.signal);
  }

  static async start(transport: KubernetesTransport, namespace: string): Promise<TaskWatch> {
    const watch = new TaskWatch(transport, namespace);
    await watch.#reflector.synced;
    return watch;
  }

  /**
   * The terminal state of a task, which may be created later.
   *
   * @throws Error when the task is deleted first, or has not finished within `timeoutMs`; the signal's reason.
   */
  async follow(
    name: string,
    { onState = () => {}, signal, timeoutMs = FINISH_TIMEOUT_MS }: FollowOptions,
  ): Promise<SeenTask> {
    const finished = Promise.withResolvers<SeenTask>();
    const giveUp = setTimeout(() => {
      finished.reject(new Error(`SeiNodeTask ${name} has not finished within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    this.#followers.set(name, { onState, finished });
    try {
      return await abortable(finished.promise, signal);
    } finally {
      clearTimeout(giveUp);
      this.#followers.delete(name);
    }
  }

  /** The statuses that a task has, in order; the array grows with each that comes. */
  statusesOf(name: string): readonly SeiNodeTaskStatus[] {
    const statuses = this.#statuses.get(name) ?? [];
    this.#statuses.set(name, statuses);
    return statuses;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#stopped;
  }

  #report({ key, name, uid }: ObjectChange): void {
    const task = this.#reflector.get(key);
    if (task?.status !== undefined) this.#statuses.get(name)?.push(task.status);
    const follower = this.#followers.get(name);
    if (follower === undefined) return;
    if (uid === undefined || task === undefined) {
      follower.finished.reject(new Error(`SeiNodeTask ${key} was deleted before it finished`));
      return;
    }
    const seen = { task, at: now() };
    follower.onState(seen);
    if (isTerminal(task.status?.phase)) follower.finished.resolve(seen);
  }
}
