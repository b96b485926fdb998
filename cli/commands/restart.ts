import type { GuardMode } from '../../api/guard-verdicts.ts';
import { present } from '../../lib/present.ts';
import { createTask, type CreationOptions } from '../create-task.ts';
import { UsageError } from '../errors.ts';

interface RestartOptions extends CreationOptions {
  readonly minSecondsBetweenRestarts?: number;
  readonly guard?: GuardMode;
  readonly minSources?: number;
  readonly maxDownPercent?: number;
  /** Verdicts of the guard. */
  readonly override?: readonly string[];
  readonly overrideReason?: string;
}

/** @throws UsageError for options of the guard that belong together. */
export async function restart(node: string, options: RestartOptions): Promise<number> {
  const { minSecondsBetweenRestarts } = options;
  const fields = present({ minSecondsBetweenRestarts, guard: guardOf(options), override: overrideOf(options) });
  return await createTask({ kind: 'RestartSeid', node, payload: {}, fields, prefix: 'restart' }, options);
}

function guardOf({ guard: mode, minSources, maxDownPercent }: RestartOptions): object | undefined {
  if (mode !== undefined) return present({ mode, minSources, maxDownPercent });
  for (const [option, value] of Object.entries({ '--min-sources': minSources, '--max-down-percent': maxDownPercent }))
    if (value !== undefined) throw new UsageError(`${option} needs --guard: it is a limit of the guard.`);
  return undefined;
}

function overrideOf({ override: checks, overrideReason: reason }: RestartOptions): object | undefined {
  if (checks !== undefined && reason === undefined)
    throw new UsageError('--override needs --override-reason: why the check is passed over.');
  if (checks === undefined && reason !== undefined)
    throw new UsageError('--override-reason needs --override: the check that is passed over.');
  return checks === undefined ? undefined : { checks, reason };
}
