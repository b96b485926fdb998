import { drawTask, type PlannedTask } from './planned-task.ts';
import type { Random } from './random.ts';

/** The same nodes are restarted again and again, which the guard would delay by ten minutes each time. */
export const RESTARTED_AGAIN = { checks: ['RestartedRecently'], reason: 'chaos' } as const;

/** A restart by hand that waits until its chain can spare the node. */
export function drawGuardedRestart(random: Random, { name, node }: Pick<PlannedTask, 'name' | 'node'>): PlannedTask {
  const { cancel, ...task } = drawTask(random, { name, node, kind: 'RestartSeid' });
  return {
    ...task,
    // A validator whose task was terminated counts as down for ten minutes.
    ...(cancel === undefined || cancel.by === 'terminate' ? {} : { cancel }),
    timeoutSeconds: random.integer(20, 40),
    queueTimeoutSeconds: random.integer(20, 80),
    guarded: {
      guard: { mode: 'Enforce', ...drawGuardLimits(random) },
      ...(random.chance(90) ? { override: RESTARTED_AGAIN } : {}),
    },
  };
}

/** Limits of a guard: some can never be met by the largest validator. */
export function drawGuardLimits(random: Random): { readonly minSources: number; readonly maxDownPercent?: number } {
  return {
    minSources: random.integer(1, 3),
    ...(random.chance(25) ? { maxDownPercent: random.integer(18, 33) } : {}),
  };
}
