import { drawGuardedRestart } from './draw-guarded-restart.ts';
import { GUARDED_NODES } from './guarded-chain.ts';
import type { PlannedWork } from './plan-work.ts';
import { Random } from './random.ts';

/** Milliseconds between two draws. */
const PAUSE_MS = [4_000, 16_000] as const;

/** What operators restart by hand while runbooks run, without an end. */
export function* planGuardedRestarts(seed: number): Generator<PlannedWork, never, undefined> {
  const random = new Random(seed, 'guarded restarts');
  for (let index = 0; ; index += 1) {
    const name = `guarded-${String(index).padStart(3, '0')}`;
    yield {
      afterMs: random.integer(...PAUSE_MS),
      task: drawGuardedRestart(random, { name, node: random.pick(GUARDED_NODES) }),
    };
  }
}
