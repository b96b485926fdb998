import type { UpgradePlan } from './consensus-options.ts';
import type { SimulatedChain } from './simulated-chain.ts';

/** What a node does wrong in its chain. Unset: nothing. */
export interface ChainFaults {
  /** The node is this many blocks behind the others, and signs none. */
  lagBlocks?: number | undefined;
  /** The node stays at its height and signs nothing, while its RPC serves. */
  frozen?: boolean | undefined;
  /** For this many milliseconds after a start that is not its first, it reports that it is catching up, and signs nothing. */
  catchUpMs?: number | undefined;
}

/**
 * Why a node does not sign: a task of its sidecar has signalled seid; seid ended otherwise, or has never served; it is
 * behind, frozen or lacks an upgrade.
 */
export type Absence = 'task' | 'exit' | 'behind';

interface CatchUp {
  from: number;
  beganAt: number;
  endsAt: number;
}

/** How one node follows the chain. Only the chain changes it, so that blocks are made before each change. */
export class ChainNode {
  readonly chain: SimulatedChain;
  readonly name: string;
  /** Whether seid's RPC serves. */
  serving = false;
  /** How many upgrades its binary has. */
  version: number;
  /** When it last stopped to sign, in milliseconds since 1970, as far as seid's end or a fault was the cause. */
  absentSince = 0;
  #faults: ChainFaults = {};
  #frozenAt: number | undefined;
  #stoppedAt: number | undefined;
  #catchUp: CatchUp | undefined;
  #lastEnd: 'task' | 'exit' = 'exit';

  constructor(chain: SimulatedChain, name: string, version: number) {
    this.chain = chain;
    this.name = name;
    this.version = version;
  }

  /** seid's RPC serves. After a stop the node catches up for `catchUpMs`, and reports that. */
  serves(catchUpMs: number): void {
    this.chain.change((now) => {
      this.serving = true;
      if (this.#stoppedAt === undefined || catchUpMs === 0) this.#catchUp = undefined;
      else this.#catchUp = { from: this.#stoppedAt, beganAt: now, endsAt: now + catchUpMs };
    });
  }

  /** seid has ended, after a signal of a task or otherwise. */
  stops(end: 'task' | 'exit'): void {
    this.chain.change((now) => {
      // One that has not served since its last end has neither signed nor advanced.
      if (this.serving || end === 'task') {
        this.#lastEnd = end;
        this.absentSince = now;
      }
      if (this.serving) this.#stoppedAt = this.#heightAt(now);
      this.serving = false;
    });
  }

  setFaults(faults: ChainFaults): void {
    this.chain.change((now) => {
      const height = this.#heightAt(now);
      this.#frozenAt = faults.frozen ? (this.#frozenAt ?? height) : undefined;
      if (faults.catchUpMs === undefined) this.#catchUp = undefined;
      if (this.serving && (faults.frozen || faults.lagBlocks)) this.absentSince = now;
      this.#faults = faults;
    });
  }

  /** Gives seid the binary of the planned upgrade, or of the last one. */
  upgrade(): void {
    this.chain.change(() => {
      this.version = this.chain.newestVersion;
    });
  }

  /** The height that it reports. */
  get height(): number {
    return this.chain.read((now) => this.#heightAt(now));
  }

  /** The upgrade that it knows of and has not done. */
  get plan(): UpgradePlan | undefined {
    return this.chain.read(() => this.chain.planFor(this.version));
  }

  /** Whether it reports that it is catching up. */
  get catchingUp(): boolean {
    return this.chain.read((now) => this.isCatchingUp(now));
  }

  isCatchingUp(now: number): boolean {
    return this.#catchUp !== undefined && now < this.#catchUp.endsAt;
  }

  /** When it will have caught up, if it has not at `now`. */
  caughtUpAfter(now: number): number | undefined {
    return this.isCatchingUp(now) ? this.#catchUp?.endsAt : undefined;
  }

  /** Why it does not vote for blocks that need that version. `undefined`: it votes. */
  absence(now: number, neededVersion: number): Absence | undefined {
    if (!this.serving || this.isCatchingUp(now)) return this.#lastEnd;
    const { lagBlocks = 0, frozen = false } = this.#faults;
    return lagBlocks > 0 || frozen || this.version < neededVersion ? 'behind' : undefined;
  }

  #heightAt(now: number): number {
    const head = Math.min(this.chain.headHeight, this.chain.lastHeightOf(this.version));
    const synced = Math.min(head, this.#frozenAt ?? head, this.#syncedHeight(now, head));
    return Math.max(this.chain.baseHeight, synced - (this.#faults.lagBlocks ?? 0));
  }

  #syncedHeight(now: number, head: number): number {
    if (this.#catchUp === undefined || now >= this.#catchUp.endsAt) return head;
    const { from, beganAt, endsAt } = this.#catchUp;
    return from + Math.floor(((head - from) * (now - beganAt)) / (endsAt - beganAt));
  }
}
