import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { dataConverterFor } from '../../encryption/data-converter.ts';
import { eventually } from '../support/eventually.ts';
import { sharedServers } from '../support/shared-servers.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { KeyFile, newKey } from './key-file.ts';
import type { AskOnceMore } from './last-call-workflow.ts';

/** As `LAST_CALL` has it. */
const ATTEMPTS = 3;

const ignore = (): void => {};
const log = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

describe('the last call before a verdict', () => {
  const [active, other] = [newKey('known-to-one'), newKey('known-to-both')];
  let stack: AsyncDisposableStack;
  let client: Client;
  let answers: (() => string)[];
  /** Of the worker that carries out the call. */
  let workersKeys: KeyFile;
  const taskQueue = `last-call-${randomUUID()}`;

  before(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR', ignore), shutdownSignals: [] });
    stack = new AsyncDisposableStack();
    const { address, namespace } = sharedServers().temporal;
    const connection = stack.adopt(await NativeConnection.connect({ address }), (opened) => opened.close());
    const allKeys = stack.use(new KeyFile(active, other));
    workersKeys = stack.use(new KeyFile(other));
    const dataConverter = dataConverterFor(allKeys.path, log);
    client = new Client({ connection, namespace, dataConverter });
    const common = { connection, namespace, taskQueue };
    await work({ ...common, dataConverter, workflowsPath: fileURLToPath(new URL('last-call-workflow.ts', import.meta.url)) });
    const activities = { answer: async () => (answers.shift() ?? assert.fail('it was asked too often'))() };
    await work({ ...common, dataConverter: dataConverterFor(workersKeys.path, log), activities });
  });

  after(() => stack.disposeAsync());

  async function work(options: WorkerOptions): Promise<void> {
    const worker = await Worker.create(options);
    const run = worker.run();
    stack.defer(async () => {
      worker.shutdown();
      await run;
    });
  }

  async function ask() {
    return await client.workflow.start<typeof AskOnceMore>('AskOnceMore', { taskQueue, workflowId: randomUUID(), args: ['what became of it?'] });
  }

  it('is made again until a worker that takes it has the key', async () => {
    answers = [() => 'completed'];
    const handle = await ask();
    await eventually('a whole call was in vain', async () => {
      const { events } = await handle.fetchHistory();
      return events?.some(({ activityTaskFailedEventAttributes: failed }) => failed?.failure?.applicationFailureInfo?.type === 'PayloadUnreadableError');
    });
    assert.equal(answers.length, 1);
    workersKeys.write(other, active);
    assert.equal(await handle.result(), 'completed');
  });

  it('fails with what was answered, after as many attempts as it has', async () => {
    workersKeys.write(other, active);
    answers = Array.from({ length: ATTEMPTS }, () => () => {
      throw new Error('the sidecar hangs');
    });
    const failure = await workflowFailure(await ask());
    assert.ok(failure instanceof ActivityFailure && failure.cause instanceof ApplicationFailure);
    assert.equal(failure.cause.message, 'the sidecar hangs');
    assert.deepEqual(answers, []);
  });
});
