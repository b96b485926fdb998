import { decodeParams } from './go-decode.ts';
import { quoteGo } from './go-format.ts';
import { stopOrKillSeid } from './seid-tasks.ts';
import type { SeidStatus } from './kubelet.ts';
import type { TaskType } from './task-context.ts';

const REQUEST = {
  struct: 'tasks.AwaitConditionRequest',
  fields: { condition: 'string', action: 'string', targetHeight: 'int64' },
} as const;

/** Whether seid has reached what is waited for. */
type Condition = (targetHeight: number) => (status: SeidStatus) => boolean;

const height: Condition = (targetHeight) => {
  if (targetHeight <= 0) throw new Error(`targetHeight must be > 0, got ${targetHeight}`);
  return (status) => status.height >= targetHeight;
};
/** The height excludes a node that has just started to sync. */
const catchingUp: Condition = () => (status) => !status.catchingUp && status.height > 1;

/** `await-condition` as v0.0.56 has it: waits until seid is at a height, then ends seid if the action says so. */
export const awaitHeight: TaskType = awaitCondition(new Map([['height', height]]));

/** `await-condition` of newer sidecars, which can also wait until seid has caught up. */
export const awaitHeightOrCaughtUp: TaskType = awaitCondition(
  new Map([
    ['height', height],
    ['catchingUp', catchingUp],
  ]),
);

function awaitCondition(conditions: ReadonlyMap<string, Condition>): TaskType {
  return async (context) => {
    const { condition, targetHeight, action } = decodeParams(REQUEST, context.params);
    if (condition === '') throw new Error('condition is required');
    const known = conditions.get(condition);
    if (known === undefined) throw new Error(`unknown condition ${quoteGo(condition)}`);
    await context.watch.until(known(targetHeight), context.signal);
    if (action === 'SIGTERM_SEID') await stopOrKillSeid(context);
    else if (action !== '') throw new Error(`unknown action ${quoteGo(action)}`);
  };
}
