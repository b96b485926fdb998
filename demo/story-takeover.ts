import { parse } from 'yaml';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { timestamp } from '../lib/timestamp.ts';
import { taskId } from '../core/task-id.ts';
import { restartManifest } from './manifest.ts';
import { snapshotOf, replacedSeid } from './node-snapshot.ts';
import { Stopwatch } from './stopwatch.ts';
import type { Story } from './story.ts';
import { blank, heading, paragraph } from './terminal.ts';
import { watchSeid } from './watch-seid.ts';

const NODE = 'validator-2';
const NAME = `adopted-${NODE}`;

/** A task that another controller has begun is finished by this service, without a second restart. */
export async function tellTakeover(story: Story): Promise<void> {
  heading(`5  Take over a restart of ${NODE} that another controller has begun`);
  paragraph(
    'The service is stopped, the demo does what the other controller does up to its POST, and a new service finds the resource.',
  );
  blank();
  const { stack, claims, signal } = story;
  const node = stack.fleet.node(stack.namespace, NODE);
  const before = await snapshotOf(node);
  const stopwatch = new Stopwatch();
  using watching = new DisposableStack();
  watching.use(watchSeid(node, stopwatch));
  const finished = stack.watch.follow(NAME, { signal });
  let begun: SeiNodeTask | undefined;
  await stack.withoutService(async () => {
    stopwatch.lap('stopped    the service has drained and exited');
    begun = await beginAsAnotherController(story);
    stopwatch.lap(`begun      task ${beginOf(begun)['id']} is on the sidecar`);
  });
  stopwatch.lap(`started    a new service, pid ${stack.service.process.pid}`);
  const { task } = await finished;
  stopwatch.lap(`${task.status?.phase}   ${task.status?.reason}`, task.status?.message);
  const after = await snapshotOf(node);
  claims.check({
    'the task is Complete': { expected: 'Complete', seen: task.status?.phase },
    'it kept its id, and its execution time counts from when the other controller began': {
      expected: beginOf(begun),
      seen: beginOf(task),
    },
    'the service sent nothing to the sidecar': { expected: 0, seen: after.posts - before.posts },
    ...replacedSeid(before, after),
  });
}

function beginOf(task: SeiNodeTask | undefined): Record<string, string | undefined> {
  const { id, executionStartedAt } = task?.status?.task ?? {};
  return { id, executionStartedAt };
}

/** What the Go controller does: the status first, then the POST. */
async function beginAsAnotherController({ stack }: Story): Promise<SeiNodeTask> {
  const { namespace, tasks, fleet } = stack;
  const created = await tasks.create(namespace, parse(restartManifest({ namespace, name: NAME, node: NODE })));
  const id = taskId(created.metadata.uid, 'RestartSeid');
  const now = timestamp(Date.now());
  const status = {
    phase: 'Running',
    startedAt: now,
    task: { id, status: 'Pending', submittedAt: now, executionStartedAt: now },
  };
  const begun = await tasks.patchStatus({ namespace, name: NAME }, { status });
  fleet.node(namespace, NODE).sidecar.submit({ id, type: 'restart-seid', params: {} });
  return begun;
}
