import { whereabouts } from '../../api/reasons.ts';
import { nodeText, type NodeReference } from '../../api/node-reference.ts';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import { formatDuration } from '../../lib/go-duration.ts';
import { printable } from '../../lib/printable.ts';
import { limitText } from '../queueing.ts';
import { failed, messageOf } from '../verdict.ts';
import type { GuardNumbers } from './decide-guard.ts';

/** What a guarded task waits for. */
export type GuardObstacle =
  /** Another task that may take down a validator of the chain; `holder` names it. */
  | { readonly by: 'chain'; readonly chainId: string; readonly holder: string }
  /** What the guard found. */
  | { readonly by: 'guard'; readonly finding: string; readonly numbers: GuardNumbers };

function valuesOf(node: NodeReference, obstacle: GuardObstacle) {
  return {
    node: nodeText(node),
    chain: obstacle.by === 'chain' ? printable(obstacle.chainId, 64) : '',
    holder: obstacle.by === 'chain' ? obstacle.holder : '',
    verdict: obstacle.by === 'guard' ? obstacle.numbers.verdict : '',
    finding: obstacle.by === 'guard' ? obstacle.finding : '',
  };
}

/** Message of `TargetReady=False`, reason Guarded. */
export function waitingForGuard(node: NodeReference, obstacle: GuardObstacle, timeoutMs: number | undefined): string {
  return messageOf('Guarded', obstacle.by, { ...valuesOf(node, obstacle), limit: limitText(timeoutMs) });
}

/** @param limit - `begun`: others had begun the task. */
export function guardTimedOut(
  node: NodeReference,
  obstacle: GuardObstacle,
  { timeoutMs, begun }: { readonly timeoutMs: number; readonly begun: boolean },
): Verdict {
  const verdict = failed('TargetResolveFailed', obstacle.by, {
    ...valuesOf(node, obstacle),
    timeout: formatDuration(timeoutMs),
    whereabouts: begun ? whereabouts.begunAndQueued : whereabouts.guarded,
  });
  return { ...verdict, waitedFor: { reason: 'Guarded', message: waitingForGuard(node, obstacle, undefined) } };
}
