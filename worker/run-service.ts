import type { Server } from 'node:http';
import { once } from 'node:events';
import { hostname } from 'node:os';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { dataConverterFor } from '../encryption/data-converter.ts';
import { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { readClusterId } from '../kubernetes/read-cluster-id.ts';
import type { Config } from './config.ts';
import { createBridge } from './create-bridge.ts';
import { createWorker } from './create-worker.ts';
import { explainTemporalFailure } from './explain-temporal-failure.ts';
import { ensureSearchAttributes } from './ensure-search-attributes.ts';
import type { LeadingBridge } from './leading-bridge.ts';
import { observeBridge } from './observe-bridge.ts';
import { startProbeServer, type ReadinessChecks } from './probe-server.ts';
import { retryForever } from './retry-forever.ts';
import { warnOfApiServerToken } from './warn-of-api-server-token.ts';

export interface ServiceOptions {
  readonly config: Config;
  /** From Temporal's own environment variables and profiles. */
  readonly temporal: ClientConnectConfig;
  readonly transport: KubernetesTransport;
  /** Not the logger of the SDK's runtime, which logs nothing when a connection fails. */
  readonly log: Logger;
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal;
}

/** What has started so far. Not ready while a part that the role needs is unset. */
interface Running {
  taskQueue?: string;
  connection?: NativeConnection;
  worker?: Worker;
  bridge?: LeadingBridge;
}

/**
 * Runs the service until `shutdown` is aborted and everything has drained. Waits at the start for a Temporal or API
 * server that cannot be reached.
 *
 * @throws Error when a part of the service fails permanently.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { config, log, shutdown } = options;
  const running: Running = {};
  const probes = await startProbeServer(config.PROBE_ADDRESS, () => readiness(config, running, shutdown));
  try {
    await startParts(options, running);
    log.info('sei-node-tasks is running', { role: config.ROLE, taskQueue: running.taskQueue });
    await runParts(running, shutdown);
  } catch (error) {
    if (!shutdown.aborted) throw error;
  } finally {
    await running.connection?.close();
    await options.transport.close();
    await close(probes);
  }
}

function readiness(config: Config, { connection, worker, bridge }: Running, shutdown: AbortSignal): ReadinessChecks {
  const hasRole = (role: 'bridge' | 'worker'): boolean => config.ROLE === 'all' || config.ROLE === role;
  const standsBy = bridge !== undefined && !bridge.isLeading && bridge.isReady;
  return {
    running: !shutdown.aborted,
    temporal: connection !== undefined,
    ...(hasRole('worker') ? { worker: worker?.getState() === 'RUNNING' } : {}),
    ...(hasRole('bridge') ? { kubernetes: bridge !== undefined, bridge: bridge?.isReady ?? false } : {}),
    ...(standsBy ? { 'standing by': true } : {}),
  };
}

async function startParts(
  { config, temporal, transport, log, shutdown }: ServiceOptions,
  running: Running,
): Promise<void> {
  const retry = { log, signal: shutdown };
  const dataConverter = dataConverterFor(config.PAYLOAD_KEY_FILE, log);
  const { namespace = 'default', connectionOptions } = temporal;
  const address = connectionOptions.address ?? 'localhost:7233';
  const connection = await retryForever(
    `Connecting to Temporal at ${address}`,
    () => connect(connectionOptions),
    retry,
  );
  running.connection = connection;
  const knowsSearchAttributes = await retryForever(
    'Checking the search attributes',
    () => ensureSearchAttributes(connection, namespace, log),
    retry,
  );
  const events = new EventRecorder(transport, hostname());
  const clusterId = await retryForever(
    `Reading from the API server at ${transport.server}`,
    () => readClusterId(transport, { signal: shutdown }),
    retry,
  );
  const taskQueue = config.TASK_QUEUE ?? `sei-node-tasks-${clusterId}`;
  running.taskQueue = taskQueue;
  if (config.ROLE !== 'bridge') {
    if (config.SIDECAR_TOKEN_FILE !== undefined) await warnOfApiServerToken(config.SIDECAR_TOKEN_FILE, transport, log);
    running.worker = await retryForever(
      `Starting the worker in Temporal namespace ${namespace}`,
      () =>
        createWorker({
          config,
          connection,
          namespace,
          dataConverter,
          clusterId,
          taskQueue,
          transport,
          events,
          shutdown,
          knowsSearchAttributes,
        }),
      retry,
    );
  }
  if (config.ROLE === 'worker') return;
  const client = new Client({ connection, namespace, dataConverter });
  running.bridge = createBridge({
    config,
    client,
    transport,
    events,
    clusterId,
    taskQueue,
    knowsSearchAttributes,
    log,
  });
}

async function connect(options: ClientConnectConfig['connectionOptions']): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    throw explainTemporalFailure(error);
  }
}

async function runParts({ worker, bridge }: Running, shutdown: AbortSignal): Promise<void> {
  const runs = worker === undefined ? [] : [worker.run()];
  const stopWorker = (): void => {
    if (worker?.getState() === 'RUNNING') worker.shutdown();
  };
  shutdown.addEventListener('abort', stopWorker, { once: true });
  if (shutdown.aborted) stopWorker();
  if (bridge !== undefined) {
    observeBridge(bridge, shutdown);
    runs.push(bridge.run(shutdown));
  }
  await Promise.all(runs);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
