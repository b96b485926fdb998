import type { RunbookStatus } from '../api/sei-node-runbook.ts';
import type { Steering } from './plan/planned-rolling-restart.ts';
import type { Random } from './plan/random.ts';

/** What an operator does about a runbook that waits for him. `undefined`: it does not. */
export function nextSteering(status: RunbookStatus, random: Random): Steering | undefined {
  if (status.phase === 'NeedsOperator') return afterFailure(status, random);
  if (status.phase !== 'Paused') return undefined;
  if (status.reason === 'PausedBySpec') return { do: 'edit', paused: false };
  if (random.chance(10)) return { do: 'command', verb: 'abort' };
  return { do: 'command', verb: status.reason === 'CanaryPassed' && random.chance(50) ? 'promote' : 'resume' };
}

function afterFailure({ nodes = [] }: RunbookStatus, random: Random): Steering {
  const failed = nodes.filter(({ phase }) => phase === 'Failed').map(({ name }) => name);
  const what = random.integer(1, 100);
  if (failed.length === 0 || what <= 15) return { do: 'command', verb: 'resume' };
  if (what <= 25) return { do: 'command', verb: 'abort' };
  return { do: 'command', verb: what <= 55 ? 'skip' : 'retry', node: random.pick(failed) };
}
