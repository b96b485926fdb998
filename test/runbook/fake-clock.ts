import type { GateClock } from '../../activities/runbook/gate-node.ts';
import type { GateProgress } from '../../core/runbook/runbook-activities.ts';

/** A clock that moves only while somebody sleeps. What is slept and beaten is recorded. */
export class FakeClock implements GateClock {
  nowMs: number;
  readonly signal = new AbortController().signal;
  readonly heartbeats: GateProgress[] = [];
  sleeps = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.sleeps += 1;
    if (this.sleeps > 10_000) throw new Error('it slept ten thousand times');
    this.nowMs += milliseconds;
    await Promise.resolve();
  }

  heartbeat(progress: GateProgress): void {
    this.heartbeats.push(progress);
  }
}
