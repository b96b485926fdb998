import { inspect } from 'node:util';
import type { TaskOutcome } from '../api/temporal/task-outcome.ts';
import { abortable } from '../lib/abortable.ts';
import type {
  RestartThenAwaitHeight,
  RestartThenAwaitHeightInput,
} from '../workflows/runbooks/restart-then-await-height.ts';
import { snapshotOf, replacedSeid } from './node-snapshot.ts';
import { Stopwatch } from './stopwatch.ts';
import type { Story } from './story.ts';
import { blank, heading, paragraph, table, verbatim } from './terminal.ts';
import { watchSeid } from './watch-seid.ts';

const NODE = 'validator-1';
const WORKFLOW_ID = `runbook-${NODE}`;
/** Above the height at the start: 8 s of this chain, of which the restart takes 3. */
const BLOCKS = 20;

/** Two tasks composed in TypeScript, without a resource: a restart, and then a wait until the node is back. */
export async function tellRunbook(story: Story): Promise<void> {
  const { stack, claims, signal } = story;
  const node = stack.fleet.node(stack.namespace, NODE);
  const before = await snapshotOf(node);
  const targetHeight = before.height + BLOCKS;
  const input = { node: { namespace: stack.namespace, name: NODE }, targetHeight, heightTimeoutSeconds: 60 };
  announce(input);

  const stopwatch = new Stopwatch();
  using watching = new DisposableStack();
  watching.use(watchSeid(node, stopwatch));
  const runbook = await stack.temporal.workflow.start<typeof RestartThenAwaitHeight>('RestartThenAwaitHeight', {
    workflowId: WORKFLOW_ID,
    taskQueue: stack.taskQueue,
    args: [input],
    staticSummary: `RestartThenAwaitHeight ${stack.namespace}/${NODE}`,
  });
  stopwatch.lap(`started    at height ${before.height}`);
  await abortable(runbook.result(), signal);
  const after = await snapshotOf(node);
  stopwatch.lap(`completed  at height ${after.height}`);

  const reasons = await showChildren(story, ['restart', 'await-height']);
  claims.check({
    'both children ended with TaskComplete': { expected: ['TaskComplete', 'TaskComplete'], seen: reasons },
    ...replacedSeid(before, after),
    [`the node has reached the height: ${after.height}`]: {
      expected: `a height of at least ${targetHeight}`,
      seen: after.height,
      holds: after.height >= targetHeight,
    },
  });
}

function announce(input: RestartThenAwaitHeightInput): void {
  heading(`3  A runbook on ${NODE}: restart, then await height ${input.targetHeight}`);
  paragraph('workflows/runbooks/restart-then-await-height.ts runs both as child workflows, without a resource:');
  blank();
  verbatim(
    `client.workflow.start('RestartThenAwaitHeight', {\n  args: [${inspect(input, { breakLength: Infinity })}],\n})`,
  );
  blank();
}

/** @returns The reason that each child ended with. */
async function showChildren({ stack }: Story, steps: readonly string[]): Promise<string[]> {
  const rows = [['child workflow', 'type', 'status', 'took', 'outcome']];
  const reasons: string[] = [];
  for (const step of steps) {
    const child = stack.temporal.workflow.getHandle(`${WORKFLOW_ID}/${step}`);
    const { verdict }: TaskOutcome = await child.result();
    const { type, status, startTime, closeTime = startTime } = await child.describe();
    const seconds = (closeTime.getTime() - startTime.getTime()) / 1000;
    rows.push([child.workflowId, type, status.name, `${seconds.toFixed(1)} s`, verdict.reason]);
    reasons.push(verdict.reason);
  }
  blank();
  table(rows);
  return reasons;
}
