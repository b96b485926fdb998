import type { ProcessExit } from './guard-messages.ts';
import { startLocalService, type LocalService, type LocalServiceOptions } from './start-local-service.ts';

export interface RestartableServiceOptions extends LocalServiceOptions {
  /**
   * Called when a process ended that was not stopped or killed here.
   *
   * @param how - The signal, or `code N`.
   */
  readonly onUnexpectedExit: (service: LocalService, how: string) => void;
}

/** The service as one process after the other, each with its own log. No process runs at first. */
export class RestartableService {
  readonly #options: RestartableServiceOptions;
  #current: LocalService | undefined;
  #starts = 0;

  constructor(options: RestartableServiceOptions) {
    this.#options = options;
  }

  /** @throws Error while none runs. */
  get current(): LocalService {
    if (this.#current === undefined) throw new Error(`${this.#options.name} is stopped`);
    return this.#current;
  }

  /** Starts a process, without waiting until it is ready. */
  async start(): Promise<LocalService> {
    const { name } = this.#options;
    const nameOfThisOne = this.#starts === 0 ? name : `${name}-${this.#starts}`;
    this.#starts += 1;
    const service = await startLocalService({ ...this.#options, name: nameOfThisOne });
    this.#current = service;
    void this.#reportUnexpectedExit(service);
    return service;
  }

  /** Sends a signal that does not end the process. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#current?.process.kill(signal);
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const process = this.#take();
    process?.kill('SIGKILL');
    await process?.exited;
  }

  /** SIGTERM, and SIGKILL after the grace time. @returns How it ended; `undefined` when none ran. */
  async stop(graceMs: number): Promise<ProcessExit | undefined> {
    return await this.#take()?.stop(graceMs);
  }

  #take(): LocalService['process'] | undefined {
    const process = this.#current?.process;
    this.#current = undefined;
    return process;
  }

  async #reportUnexpectedExit(service: LocalService): Promise<void> {
    const { code, signal } = await service.process.exited;
    if (this.#current === service) this.#options.onUnexpectedExit(service, signal ?? `code ${code}`);
  }
}
