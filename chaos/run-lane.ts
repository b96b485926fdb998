import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultLog } from './fault-log.ts';
import { injectors } from './inject/injectors.ts';
import type { Operators } from './operators.ts';
import type { PlannedFault } from './plan/plan-faults.ts';
import type { ChaosStack } from './start-chaos-stack.ts';

/** How often a fault is tried that finds nothing to hit: while servers are away, a lure may come late. */
const TRIES = 8;

export interface LaneRun {
  readonly stack: ChaosStack;
  readonly operator: Pick<Operators, 'carryOut'>;
  readonly log: FaultLog;
  readonly signal: AbortSignal;
}

/** Injects the faults of a lane at their times, or as soon as those before them are over. */
export async function runLane(faults: readonly PlannedFault[], run: LaneRun): Promise<void> {
  const begin = performance.now();
  for (const fault of faults) {
    const early = begin + fault.atMs - performance.now();
    if (early > 0) await sleep(early, undefined, { signal: run.signal });
    await injectOnce(fault, run);
  }
}

async function injectOnce(fault: PlannedFault, { stack, operator, log, signal }: LaneRun): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const lure = fault.lure && { ...fault.lure.task, name: `${fault.lure.task.name}-${attempt}` };
    const injected = sleep(fault.lure?.leadMs ?? 0, undefined, { signal }).then(() =>
      log.record(fault, () => injectors[fault.type]({ stack, fault, signal })),
    );
    const [tookEffect] = await Promise.all([injected, lure && operator.carryOut(lure)]);
    if (tookEffect) return;
  }
}
