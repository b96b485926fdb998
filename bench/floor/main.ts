/**
 * The process of the floor: workers of the same SDK with the options of `worker/create-workers.ts`, and workflows that
 * do nothing. Ends with the process that started it.
 */
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { now } from '../../dev/now.ts';
import { eachAtOnce } from '../series.ts';
import { floorActivities } from './activities.ts';
import type { FloorSettings, FromFloor, ToFloor } from './messages.ts';

const TASK_QUEUE = 'floor';
const SHORT_ACTIVITIES = 200;

const tell = (message: FromFloor): void => void process.send?.(message);

// Ctrl-C in a terminal reaches the whole process group; only the parent decides when this process goes.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

const settings = JSON.parse(process.argv[2] ?? '{}') as FloorSettings;
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: {
    logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
    metrics: { prometheus: { bindAddress: settings.metricsAddress } },
  },
});
const { address, namespace } = settings;
const connection = await NativeConnection.connect({ address });
const secondStarted = new Map<string | undefined, number>();
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: TASK_QUEUE,
  activities: { ...floorActivities((workflowId, at) => secondStarted.set(workflowId, at)) },
  workflowBundle: { codePath: settings.bundleFile },
  workflowTaskPollerBehavior: { type: 'autoscaling' },
  activityTaskPollerBehavior: { type: 'autoscaling' },
  maxConcurrentActivityTaskExecutions: SHORT_ACTIVITIES,
});
const client = new Client({ connection, namespace });

process.on('message', ({ count, atOnce }: ToFloor) => {
  eachAtOnce(count, atOnce, execute).then(
    (secondActivityMs) => tell({ type: 'done', secondActivityMs }),
    (error: unknown) => tell({ type: 'failed', message: String(error) }),
  );
});

async function execute(): Promise<number> {
  const workflowId = `floor/${randomUUID()}`;
  const startedAt = now();
  await client.workflow.execute('Floor', { workflowId, taskQueue: TASK_QUEUE });
  const secondAt = secondStarted.get(workflowId) ?? Number.NaN;
  secondStarted.delete(workflowId);
  return secondAt - startedAt;
}

const running = worker.run();
tell({ type: 'ready' });
await running;
