import { runRestart } from './run-restart.ts';
import { replacedSeid } from './node-snapshot.ts';
import type { Story } from './story.ts';
import { heading, paragraph } from './terminal.ts';

const NODE = 'validator-2';
const WHY = 'wrong node';

/** A restart that has been sent cannot be undone, and the verdict says so. */
export async function tellCancel(story: Story): Promise<void> {
  heading(`4  Restart seid on ${NODE}, and cancel it in the middle`);
  paragraph('The sidecar has the task by then, and a restart cannot be undone. It is watched to its end.');
  const { task, steps, seconds, before, after } = await runRestart(story, {
    name: `restart-${NODE}`,
    node: NODE,
    meanwhile: (stopwatch) => story.operator.cancel(`restart-${NODE}`, WHY, stopwatch),
  });
  const message = task.status?.message ?? '';
  story.claims.check({
    [`the task is Failed with reason Cancelled after ${seconds} s`]: {
      expected: 'Failed Cancelled',
      seen: `${task.status?.phase} ${task.status?.reason}`,
    },
    'its step was Cancelling until then': {
      expected: 'Cancelling',
      seen: steps.join(', '),
      holds: steps.includes('Cancelling'),
    },
    'its message says that it was too late, and why it was cancelled': {
      expected: `too late to stop the restart … ${WHY}`,
      seen: message,
      holds: message.includes('too late to stop the restart') && message.includes(WHY),
    },
    ...replacedSeid(before, after),
    'the sidecar was asked to restart it exactly once': { expected: 1, seen: after.posts - before.posts },
  });
}
