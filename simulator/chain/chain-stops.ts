import type { Reason } from './validators.ts';
import { powerOf } from './validator-set.ts';

/** A time without the power that blocks need. Times in milliseconds since 1970, powers decimal. */
export interface ChainStop {
  fromMs: number;
  /** Unset: it has not ended. */
  toMs?: number;
  /** Of the last block before it. */
  height: number;
  /** Of the validators in `down`, and of those whose reason is `task`. */
  downPower: string;
  taskPower: string;
  totalPower: string;
  /** The validators in the set that did not sign when it began, and why. */
  down: { name: string; address: string; power: string; reason: Reason }[];
}

/** A member of the validator set at a time. */
export interface StoppedMember {
  name: string;
  address: string;
  power: bigint;
  /** `undefined`: it signs. */
  absence: Reason | undefined;
}

/** All stops of a chain, oldest first. */
export class ChainStops {
  readonly entries: ChainStop[] = [];

  /** Whether the chain cannot make blocks. */
  get hasStopped(): boolean {
    return this.entries.length > 0 && this.entries.at(-1)?.toMs === undefined;
  }

  begin(fromMs: number, height: number, set: readonly StoppedMember[]): void {
    const down = set.flatMap(({ absence: reason, ...member }) => (reason === undefined ? [] : [{ ...member, reason }]));
    this.entries.push({
      fromMs,
      height,
      downPower: String(powerOf(down)),
      taskPower: String(powerOf(down.filter(({ reason }) => reason === 'task'))),
      totalPower: String(powerOf(set)),
      down: down.map((member) => ({ ...member, power: String(member.power) })),
    });
  }

  end(toMs: number): void {
    const last = this.entries.at(-1);
    if (last !== undefined && this.hasStopped) last.toMs = toMs;
  }
}
