/**
 * The process of the floor: workers of the same SDK with the options of `worker/create-workers.ts`, and workflows that
 * do nothing. Ends with the process that started it.
 */
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { pollTaskQueue } from '../../api/task-queues.ts';
import { FloorActivities } from './activities.ts';
import { FloorRuns } from './floor-runs.ts';
import type { FloorSettings, FromFloor, ToFloor } from './messages.ts';

const TASK_QUEUE = 'floor';
const SHORT_ACTIVITIES = 200;
const LONG_ACTIVITIES = 10_000;

const tell = (message: FromFloor): void => void process.send?.(message);

// Ctrl-C in a terminal reaches the whole process group; only the parent decides when this process goes.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

const { address, namespace, bundleFile, metricsAddress } = JSON.parse(process.argv[2] ?? '{}') as FloorSettings;
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: {
    logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
    metrics: { prometheus: { bindAddress: metricsAddress } },
  },
});
const connection = await NativeConnection.connect({ address });
const seen = new FloorActivities();
const common: Omit<WorkerOptions, 'taskQueue'> = {
  connection,
  namespace,
  activities: { doNothing: (step: number) => seen.doNothing(step), awaitRelease: () => seen.awaitRelease() },
  activityTaskPollerBehavior: { type: 'autoscaling' },
};
const workers = [
  await Worker.create({
    ...common,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: bundleFile },
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    maxConcurrentActivityTaskExecutions: SHORT_ACTIVITIES,
  }),
  await Worker.create({ ...common, taskQueue: pollTaskQueue(TASK_QUEUE), maxConcurrentActivityTaskExecutions: LONG_ACTIVITIES }),
];
const runs = new FloorRuns(new Client({ connection, namespace }), TASK_QUEUE, seen);

process.on('message', (order: ToFloor) => {
  runs.obey(order).then(
    (milliseconds) => tell({ type: 'done', milliseconds }),
    (error: unknown) => tell({ type: 'failed', message: String(error) }),
  );
});

const running = workers.map((worker) => worker.run());
tell({ type: 'done', milliseconds: [] });
await Promise.all(running);
