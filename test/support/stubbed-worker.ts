import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { sharedServers } from './shared-servers.ts';

const ignore = (): void => {};

/** A worker of the shared Temporal server whose activities a test makes up. */
export class StubbedWorker implements AsyncDisposable {
  readonly client: Client;
  readonly taskQueue: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(client: Client, taskQueue: string, stack: AsyncDisposableStack) {
    this.client = client;
    this.taskQueue = taskQueue;
    this.#stack = stack;
  }

  /** @param workflowsPath - The module that exports the workflows. */
  static async start(activities: object, workflowsPath: string): Promise<StubbedWorker> {
    const telemetryOptions = { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } };
    Runtime.install({ logger: new DefaultLogger('ERROR', ignore), shutdownSignals: [], telemetryOptions });
    await using stack = new AsyncDisposableStack();
    const { address, namespace } = (await sharedServers()).temporal;
    const connection = stack.adopt(await NativeConnection.connect({ address }), (opened) => opened.close());
    const taskQueue = `stubbed-${randomUUID()}`;
    const worker = await Worker.create({ connection, namespace, taskQueue, activities, workflowsPath });
    const run = worker.run();
    stack.defer(async () => {
      worker.shutdown();
      await run;
    });
    return new StubbedWorker(new Client({ connection, namespace }), taskQueue, stack.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
