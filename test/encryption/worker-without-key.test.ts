import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../../core/activities.ts';
import { dataConverterFor } from '../../encryption/data-converter.ts';
import { OVERTIME_MS } from '../../workflows/activity-options.ts';
import type { RestartSeid } from '../../workflows/tasks.ts';
import { planned } from '../core/planner.ts';
import { eventually } from '../support/eventually.ts';
import { noLog } from '../support/recorded-log.ts';
import { sharedServers } from '../support/shared-servers.ts';
import { KeyFile, newKey } from './key-file.ts';

const ignore = (): void => {};
const input = { node: { namespace: 'arctic-1', name: 'syncer-0-0' }, payload: {} };
const TIMEOUT_MS = 600_000;

/** A restart whose execution time has passed: its poll is the last check before a verdict. */
function activities(
  afterDispatch: () => Promise<void>,
): Pick<Activities, 'checkTargetPhase' | 'dispatchTask' | 'pollTask' | 'mirrorStatus'> {
  return {
    checkTargetPhase: async () => ({
      state: 'ready',
      plan: planned('RestartSeid', input),
      request: { type: 'restart-seid' },
      knowsSearchAttributes: false,
    }),
    dispatchTask: async () => {
      await afterDispatch();
      return {
        state: 'running',
        knowledge: { sent: 'yes', seen: 'running' },
        begun: { elapsedMs: TIMEOUT_MS, startedAtMs: Date.now() - TIMEOUT_MS },
      };
    },
    pollTask: async () => ({ state: 'completed', knowledge: { sent: 'yes', seen: 'completed' } }),
    mirrorStatus: async () => undefined,
  };
}

describe('a worker that loses the key of the payloads', () => {
  const [active, other] = [newKey('known-to-one'), newKey('known-to-both')];
  let stack: AsyncDisposableStack;
  let client: Client;
  /** Of the worker that carries out activities. */
  let keys: KeyFile;
  const taskQueue = `without-key-${randomUUID()}`;

  before(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR', ignore), shutdownSignals: [] });
    stack = new AsyncDisposableStack();
    const { address, namespace } = (await sharedServers()).temporal;
    const connection = stack.adopt(await NativeConnection.connect({ address }), (opened) => opened.close());
    const allKeys = stack.use(new KeyFile(active, other));
    keys = stack.use(new KeyFile(active, other));
    const dataConverter = dataConverterFor(allKeys.path, noLog);
    client = new Client({ connection, namespace, dataConverter });
    const common = { connection, namespace };
    const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
    await work({ ...common, taskQueue, dataConverter, workflowsPath, enableNonLocalActivities: false });
    const converter = dataConverterFor(keys.path, noLog);
    await work({ ...common, taskQueue, dataConverter: converter, activities: activities(() => loseKey(converter)) });
  });

  after(() => stack.disposeAsync());

  async function loseKey({ payloadCodecs: [codec] = [] }: DataConverter): Promise<void> {
    keys.write(other);
    await eventually('the key is gone', async () => {
      const [sealed] = (await codec?.encode([{}])) ?? [];
      return Buffer.from(sealed?.metadata?.['encryption-key-id'] ?? []).toString() === 'known-to-both';
    });
  }

  async function work(options: WorkerOptions): Promise<void> {
    const worker = await Worker.create(options);
    const run = worker.run();
    stack.defer(async () => {
      worker.shutdown();
      await run;
    });
  }

  it('writes no verdict, also after the deadline: it asks the sidecar when the key is back', async () => {
    const handle = await client.workflow.start<typeof RestartSeid>('RestartSeid', {
      taskQueue,
      workflowId: randomUUID(),
      args: [input],
    });
    await eventually('a poll was in vain', async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.some(
        ({ lastFailure }) => lastFailure?.applicationFailureInfo?.type === 'PayloadUnreadableError',
      );
    });
    const sinceMs = Date.now();
    await eventually('it was in vain for longer than a poll may take', () => Date.now() > sinceMs + OVERTIME_MS);
    keys.write(other, active);
    const { verdict } = await handle.result();
    assert.equal(verdict.reason, 'TaskComplete');
  });
});
