import { RestartSeid } from '../api/kinds/restart-seid.ts';
import { nodeText, type NodeReference } from '../api/node-reference.ts';
import { BECAUSE, reached } from '../api/reasons.ts';
import { messageOf } from '../core/verdict.ts';
import { fill } from '../lib/fill.ts';
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
  const told = `${tooLate({ namespace: story.stack.namespace, name: NODE })} ${fill(BECAUSE, { why: `${WHY}.` })}`;
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
      expected: told,
      seen: message,
      holds: message.startsWith(told),
    },
    ...replacedSeid(before, after),
    'the sidecar was asked to restart it exactly once': { expected: 1, seen: after.posts - before.posts },
  });
}

/** What the verdict says of a restart that was cancelled after the sidecar had accepted it, and then completed. */
function tooLate(node: NodeReference): string {
  return messageOf('Cancelled', 'tooLateAndDone', {
    work: RestartSeid.work,
    reached: fill(reached.accepted, { node: nodeText(node) }),
    result: RestartSeid.complete({ node, payload: {} }),
  });
}
