import { decideGate, type GateDecision } from '../../core/runbook/decide-gate.ts';
import type { GateProgress, GateRequest, GateResult } from '../../core/runbook/runbook-activities.ts';
import { present } from '../../lib/present.ts';
import type { WaitClock } from './await-start.ts';
import type { RunbookDependencies } from './runbook-dependencies.ts';

/** Pause between two reads of a chain, in milliseconds: each takes a second and more itself. */
const PAUSE_MS = 2_000;

/** What a gate needs of its attempt. */
export interface GateClock extends WaitClock {
  heartbeat(progress: GateProgress): void;
}

/** The wait of one node at its gate. Its progress outlives the attempt. */
export class GateWait {
  readonly #chain: RunbookDependencies['chain'];
  readonly #request: GateRequest;
  readonly #clock: GateClock;
  #progress: GateProgress;
  #readAtMs: number;
  /** At the last read. Unset: it was not known. */
  #head: number | undefined;
  /** How long the chain has had no new block, in milliseconds: whether that counts is known when it has one, or halts. */
  #stillMs = 0;

  /** @param earlier - Progress of an earlier attempt. Unset: that of the request. */
  constructor(chain: RunbookDependencies['chain'], request: GateRequest, clock: GateClock, earlier?: GateProgress) {
    this.#chain = chain;
    this.#request = request;
    this.#clock = clock;
    this.#progress = earlier ?? request.earlier ?? { waitedMs: 0 };
    this.#readAtMs = clock.nowMs;
  }

  get progress(): GateProgress {
    return this.#progress;
  }

  /** Polls until the node has passed, the time is over, or the chain halts or makes blocks again. */
  async run(): Promise<GateResult> {
    for (;;) {
      const result = this.#after(await this.#read());
      if (result !== undefined) return { ...result, progress: this.#progress };
      await this.#clock.sleep(PAUSE_MS);
    }
  }

  async #read(): Promise<GateDecision> {
    const { node, isValidator, plan } = this.#request;
    const { chainId, gate, guard } = plan;
    const observation = await this.#chain.read({
      chainId,
      target: node,
      minSources: guard.minSources,
      signal: this.#clock.signal,
      nowMs: () => this.#clock.nowMs,
    });
    return decideGate(observation, {
      node,
      chainId,
      blocks: gate.blocks,
      maxLag: gate.maxLag,
      signs: isValidator && gate.signing,
      minSources: guard.minSources,
      ...present({ headAtRestart: this.#progress.headAtRestart }),
    });
  }

  #after(decision: GateDecision): WithoutProgress<GateResult> | undefined {
    const { isHalted: wasHalted = false } = this.#progress;
    this.#note(decision);
    if (decision.state === 'passed') return { state: 'passed', message: decision.message };
    const isHalted = decision.state === 'halted';
    if (isHalted !== wasHalted) return { state: isHalted ? 'halted' : 'resumed', message: decision.message };
    return !isHalted && this.#progress.waitedMs >= this.#request.plan.gate.timeoutMs
      ? { state: 'timed-out' }
      : undefined;
  }

  #note({ state, head, height, message }: GateDecision): void {
    const nowMs = this.#clock.nowMs;
    const passedMs = Math.max(0, nowMs - this.#readAtMs);
    this.#readAtMs = nowMs;
    const { headAtRestart = head, waitedMs, height: earlierHeight } = this.#progress;
    const isStill = head !== undefined && head === this.#head;
    this.#head = head;
    this.#stillMs = state === 'halted' ? 0 : this.#stillMs + passedMs;
    const countedMs = isStill ? 0 : this.#stillMs;
    this.#stillMs -= countedMs;
    this.#progress = {
      // Time in which the chain is halted is not the node's.
      waitedMs: waitedMs + countedMs,
      isHalted: state === 'halted',
      message,
      ...present({ headAtRestart, height: height ?? earlierHeight }),
    };
    this.#clock.heartbeat(this.#progress);
  }
}

type WithoutProgress<Result> = Result extends unknown ? Omit<Result, 'progress'> : never;
