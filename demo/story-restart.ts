import { replacedSeid } from './node-snapshot.ts';
import { runRestart } from './run-restart.ts';
import type { Story } from './story.ts';
import { heading, paragraph } from './terminal.ts';

/** The node whose restart the Temporal UI is opened on later. */
export const RESTARTED_NODE = 'validator-0';
export const RESTART = `restart-${RESTARTED_NODE}`;

/** A restart as it should be: seid is another process, and nothing else has changed. */
export async function tellRestart(story: Story): Promise<void> {
  heading(`1  Restart seid on ${RESTARTED_NODE}`);
  paragraph('One resource, one restart in place. seid takes 1.5 s to stop and 1 s to boot here.');
  const { task, seconds, before, after, waitCode } = await runRestart(story, { name: RESTART, node: RESTARTED_NODE });
  const { status } = task;
  story.claims.check({
    [`the task is Complete after ${seconds} s`]: { expected: 'Complete', seen: status?.phase },
    ...replacedSeid(before, after),
    'the sidecar was asked to restart it exactly once': { expected: 1, seen: after.posts - before.posts },
    [`the sidecar was not restarted: up since ${before.sidecarStartedAt}`]: {
      expected: before.sidecarStartedAt,
      seen: after.sidecarStartedAt,
    },
    [`the chain continued: height ${before.height} before, ${after.height} after`]: {
      expected: `a height above ${before.height}`,
      seen: after.height,
      holds: after.height > before.height,
    },
    ...(waitCode === undefined
      ? {}
      : { 'kubectl wait returned when the restart was over': { expected: 0, seen: waitCode } }),
  });
  await story.operator.list('snt');
}
