import { guardChecks, type GuardCheck } from '../../api/guard-verdicts.ts';

/** What holds a task or a runbook back: a verdict of the guard, or another holder of the permit of its chain. */
export type GuardHolder = GuardCheck | 'ChainPermit';

export const guardHolders: readonly GuardHolder[] = [...guardChecks, 'ChainPermit'];

/** In histories: add optional fields, change none. */
export interface GuardHold {
  readonly by: GuardHolder;
  /** Since when it holds, without a break, in milliseconds since the epoch. */
  readonly sinceMs: number;
}
