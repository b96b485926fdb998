import type { BenchRun, BenchStack } from './start-bench-stack.ts';
import { measureRound, type Round } from './round.ts';
import { eachAtOnce } from './series.ts';
import { restartAndWait } from './restart-and-wait.ts';

/** Not measured: the first ones after the start fill caches and open connections. */
export const WARM_UP = 20;

/** Makes tasks and workflows, and measures what they cost. */
export class Load {
  readonly #bench: BenchStack;
  readonly #nodes: number;
  readonly #run: BenchRun;
  #created = 0;

  constructor(bench: BenchStack, nodes: number, run: BenchRun) {
    this.#bench = bench;
    this.#nodes = nodes;
    this.#run = run;
  }

  async warmUp(): Promise<void> {
    this.#run.progress(`warming up: ${WARM_UP} tasks`);
    await this.#bench.floor.run(WARM_UP, WARM_UP);
    await this.#restarts(WARM_UP, WARM_UP);
  }

  async floor(what: string, tasks: number, atOnce: number): Promise<Round> {
    const { floor, stack } = this.#bench;
    return await measureRound(
      { what, tasks, pid: floor.pid, servers: stack.servers, progress: this.#run.progress },
      () => floor.run(tasks, atOnce),
    );
  }

  async ours(what: string, tasks: number, atOnce: number): Promise<Round> {
    const { stack } = this.#bench;
    return await measureRound(
      { what, tasks, pid: stack.service.process.pid, servers: stack.servers, progress: this.#run.progress },
      () => this.#restarts(tasks, atOnce),
    );
  }

  async #restarts(count: number, atOnce: number): Promise<void> {
    await eachAtOnce(count, atOnce, async () => {
      const number = this.#created;
      this.#created += 1;
      await restartAndWait(this.#bench.stack, {
        name: `restart-${number}`,
        node: `node-${number % this.#nodes}`,
        signal: this.#run.ending.signal,
      });
    });
  }
}
