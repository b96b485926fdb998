import { STUBBORN_NODE } from './fleet.ts';
import { runRestart } from './run-restart.ts';
import type { Story } from './story.ts';
import { heading, paragraph } from './terminal.ts';

/** Grace of the sidecars in the demo, in milliseconds; 90 s on a real node. */
export const RESTART_GRACE_MS = 4_000;

/** A seid that ignores SIGTERM is never killed: the task ends as Failed instead. */
export async function tellStubbornNode(story: Story): Promise<void> {
  heading(`2  Restart seid on ${STUBBORN_NODE}, which ignores SIGTERM`);
  paragraph(`The sidecar gives seid ${RESTART_GRACE_MS / 1000} s to stop (90 s on a real node), and never kills it.`);
  const name = `restart-${STUBBORN_NODE}`;
  const { task, seconds, before, after, waitCode } = await runRestart(story, { name, node: STUBBORN_NODE });
  const { status } = task;
  const words = `seid pid ${before.seidPid} still alive ${RESTART_GRACE_MS / 1000}s after SIGTERM; leaving it running (not force-killing a validator mid-commit)`;
  story.claims.check({
    [`the task is Failed after ${seconds} s`]: { expected: 'Failed', seen: status?.phase },
    'the reason is TaskFailed': {
      expected: 'TaskFailed',
      seen: status?.conditions?.find(({ type }) => type === 'Failed')?.reason,
    },
    'status.task.err has the words of the sidecar': { expected: words, seen: status?.task?.err },
    [`seid still runs: pid ${before.seidPid} before and after`]: { expected: before.seidPid, seen: after.seidPid },
    'seid got exactly one SIGTERM, and nobody tried again': {
      expected: { sigterms: 1, posts: 1 },
      seen: { sigterms: after.sigterms - before.sigterms, posts: after.posts - before.posts },
    },
    ...(waitCode === undefined
      ? {}
      : { 'kubectl wait returned when the restart was over, although it failed': { expected: 0, seen: waitCode } }),
  });
  await story.operator.list('snt');
}
