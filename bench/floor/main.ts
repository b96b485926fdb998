/**
 * The process of the floor: a worker of the same SDK with the options of `worker/create-worker.ts`, and workflows that
 * do nothing. Ends with the process that started it.
 */
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { FloorActivities } from './activities.ts';
import { FloorRuns } from './floor-runs.ts';
import type { FloorSettings, FromFloor, ToFloor } from './messages.ts';

const TASK_QUEUE = 'floor';
const ACTIVITIES = 10_200;

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
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: TASK_QUEUE,
  workflowBundle: { codePath: bundleFile },
  activities: { doNothing: (step: number) => seen.doNothing(step), awaitRelease: () => seen.awaitRelease() },
  workflowTaskPollerBehavior: { type: 'autoscaling' },
  activityTaskPollerBehavior: { type: 'autoscaling' },
  maxConcurrentActivityTaskExecutions: ACTIVITIES,
});
const runs = new FloorRuns(new Client({ connection, namespace }), TASK_QUEUE, seen);

process.on('message', (order: ToFloor) => {
  runs.obey(order).then(
    (milliseconds) => tell({ type: 'done', milliseconds }),
    (error: unknown) => tell({ type: 'failed', message: String(error) }),
  );
});

const running = worker.run();
tell({ type: 'done', milliseconds: [] });
await running;
