import { fork, type ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { answerRpc, callOfUrl } from './chain/answer-rpc.ts';
import type { ChainNode } from './chain/chain-node.ts';
import { exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { SeidArguments, SeidOrder, SeidReport } from './seid.ts';

const SEID = fileURLToPath(new URL('seid.ts', import.meta.url));
/** As the sidecar's own client. */
const RPC_TIMEOUT_MS = 500;

/** What is used of seid's `/status`. */
export interface SeidStatus {
  height: number;
  catchingUp: boolean;
}

/** What {@link Kubelet} needs to know about its container. */
export interface ContainerOptions {
  seid: Omit<SeidArguments, 'asksForAnswers'>;
  /** What seid is in a chain that can stop. Unset: the chain grows by the clock. */
  chainNode: ChainNode | undefined;
  /** Time between the exit of seid and its next start, milliseconds. */
  restartDelayMs: number;
  /** Read whenever a fault may matter. */
  faults: () => Faults;
  journal: Journal;
}

/**
 * Simulates the kubelet: keeps one seid process running, with the same RPC port for the life of the container. seid
 * ends when its parent ends, even by SIGKILL: it watches the IPC channel.
 */
export class Kubelet {
  /** Ended processes, oldest first. */
  readonly pastPids: number[] = [];
  /** SIGTERMs that reached a seid process, counted from its messages and from exits by that signal. */
  sigtermsReceived = 0;
  readonly #options: ContainerOptions;
  #seid: SeidArguments;
  #child: ChildProcess | undefined;
  #port: number | undefined;
  #awaitsBoot = false;
  /** The last process that a task has signalled. */
  #signalled: number | undefined;
  readonly #up = Promise.withResolvers<void>();
  #closed = false;

  constructor(options: ContainerOptions) {
    this.#options = options;
    this.#seid = { ...options.seid, asksForAnswers: options.chainNode !== undefined };
  }

  /** Starts seid; resolves when its RPC listens, or with the fault `neverBoot` when its process has started. */
  async start(): Promise<void> {
    this.#spawn();
    await this.#up.promise;
  }

  /** The running process; `undefined` between an exit and the next start. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** URL of the RPC, once seid has served for the first time. */
  get rpcUrl(): string | undefined {
    return this.#port === undefined ? undefined : `http://127.0.0.1:${this.#port}`;
  }

  /** Sends a signal of a task; `false` when that process has ended. */
  signal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
    const isSent = this.#child?.pid === pid && this.#child.kill(signal);
    if (isSent) this.#signalled = pid;
    return isSent;
  }

  /** Resolves when that process has ended. */
  async exited(pid: number): Promise<void> {
    const child = this.#child;
    if (child?.pid === pid) await new Promise((resolve) => child.once('exit', resolve));
  }

  /** What the RPC reports; `undefined` while it does not serve. */
  async status(): Promise<SeidStatus | undefined> {
    if (this.rpcUrl === undefined) return undefined;
    const call = request(`${this.rpcUrl}/status`, { agent: false, timeout: RPC_TIMEOUT_MS });
    const answer = await exchange(call).catch(() => undefined);
    if (answer === undefined) return undefined;
    const parsed = JSON.parse(answer.text);
    const { latest_block_height: height, catching_up: catchingUp } = (parsed.result ?? parsed).sync_info;
    return { height: Number(height), catchingUp };
  }

  /** Changes the time of height 0, for this process and later ones; resolves when the RPC reports accordingly. */
  async setGenesisTime(genesisTime: number): Promise<void> {
    this.#seid = { ...this.#seid, genesisTime };
    const child = this.#child;
    if (child === undefined) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        child.off('message', onReport).off('exit', finish);
        resolve();
      };
      const onReport = (report: SeidReport): void => {
        if (report.type === 'genesis' && report.genesisTime === genesisTime) finish();
      };
      child.on('message', onReport).once('exit', finish);
      order(child, { type: 'genesis', genesisTime });
    });
  }

  /** Starts a seid whose boot was blocked by a fault that is now off. */
  faultsChanged(): void {
    if (this.#child !== undefined) void this.#boot(this.#child);
  }

  /** Ends the container. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#up.resolve();
    const child = this.#child;
    if (child === undefined) return;
    await new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
  }

  #spawn(): void {
    const child = fork(SEID, [JSON.stringify(this.#seid)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    if (child.pid !== undefined) this.#options.journal.note({ type: 'seid-started', pid: child.pid });
    this.#awaitsBoot = false;
    child.on('message', (report: SeidReport) => this.#onReport(child, report));
    child.once('exit', (_code, signal) => void this.#onExit(child, signal));
  }

  #onReport(child: ChildProcess, report: SeidReport): void {
    if (report.type === 'serving') {
      this.#port = report.port;
      this.#options.chainNode?.serves(this.#options.faults().catchUpMs ?? 0);
      this.#up.resolve();
    }
    if (report.type === 'asked') this.#answer(child, report);
    if (report.type === 'started') {
      this.#awaitsBoot = true;
      if (this.#options.faults().neverBoot) this.#up.resolve();
      void this.#boot(child);
    }
    if (report.type === 'sigterm') {
      this.sigtermsReceived += 1;
      const { ignoreSigterm, slowStopMs = 0 } = this.#options.faults();
      // Does not keep this process alive: the fleet may close before.
      if (!ignoreSigterm) setTimeout(order, slowStopMs, child, { type: 'exit' }).unref();
    }
  }

  #answer(child: ChildProcess, { id, url }: Extract<SeidReport, { type: 'asked' }>): void {
    const { chainNode, seid } = this.#options;
    if (chainNode === undefined) return;
    const { status, body } = answerRpc(chainNode, callOfUrl(url, seid.jsonRpcEnvelope));
    order(child, { type: 'answer', id, status, body });
  }

  async #boot(child: ChildProcess): Promise<void> {
    const { neverBoot, slowBootMs } = this.#options.faults();
    if (neverBoot || !this.#awaitsBoot) return;
    this.#awaitsBoot = false;
    if (slowBootMs !== undefined) await sleep(slowBootMs, undefined, { ref: false });
    order(child, this.#port === undefined ? { type: 'serve' } : { type: 'serve', port: this.#port });
  }

  async #onExit(child: ChildProcess, signal: NodeJS.Signals | null): Promise<void> {
    if (signal === 'SIGTERM') this.sigtermsReceived += 1;
    if (child.pid !== undefined) {
      this.pastPids.push(child.pid);
      this.#options.journal.note({ type: 'seid-ended', pid: child.pid });
    }
    this.#child = undefined;
    this.#options.chainNode?.stops(child.pid !== undefined && child.pid === this.#signalled ? 'task' : 'exit');
    if (this.#closed) return;
    await sleep(this.#options.restartDelayMs);
    if (!this.#closed) this.#spawn();
  }
}

function order(child: ChildProcess, message: SeidOrder): void {
  // The callback takes the error of a process that has just ended: its exit is handled elsewhere.
  if (child.connected) child.send(message, () => {});
}
