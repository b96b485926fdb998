import { SEI_NODE_TASK } from '../../api/resources.ts';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { TestEnvironment } from './test-environment.ts';

/** Every status that is written in an environment from now on, in the order of the writes, by the name of its task. */
export class StatusWatch implements AsyncDisposable {
  readonly #written = new Map<string, SeiNodeTaskStatus[]>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor({ admin, namespace }: TestEnvironment) {
    const reflector = new Reflector<SeiNodeTask>({
      transport: admin,
      resource: SEI_NODE_TASK,
      namespace,
      log: { info: () => {}, warn: () => {} },
      onChange: ({ key, previousUid }) => {
        const task = reflector.get(key);
        if (previousUid !== undefined && task?.status !== undefined) this.of(task.metadata.name).push(task.status);
      },
    });
    this.#running = reflector.run(this.#stop.signal);
  }

  of(name: string): SeiNodeTaskStatus[] {
    const written = this.#written.get(name) ?? [];
    this.#written.set(name, written);
    return written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
