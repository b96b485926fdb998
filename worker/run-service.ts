import type { Server } from 'node:http';
import { once } from 'node:events';
import { hostname } from 'node:os';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { Client } from '@temporalio/client';
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
import { ListenError } from './errors.ts';
import type { LeadingBridge } from './leading-bridge.ts';
import { observeBridge } from './observe-bridge.ts';
import { startProbeServer, type ReadinessChecks } from './probe-server.ts';
import { retryForever } from './retry-forever.ts';
import type { ServiceLog } from './service-log.ts';
import { addressOf, namespaceOf, startFields } from './start-fields.ts';
import { warnOfApiServerToken } from './warn-of-api-server-token.ts';

export interface ServiceOptions {
  readonly config: Config;
  /** From Temporal's own environment variables and profiles. */
  readonly temporal: ClientConnectConfig;
  readonly transport: KubernetesTransport;
  readonly log: ServiceLog;
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal;
}

/** What has started so far. Not ready while a part that the role needs is unset. */
interface Running {
  clusterId?: string;
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
  const { config, temporal, transport, log, shutdown } = options;
  const fields = startFields(config, temporal, transport.server);
  log.log('ServiceStarting', fields);
  const running: Running = {};
  const probes = await serveProbes(options, running);
  try {
    await startParts(options, running);
    const { clusterId: cluster, taskQueue } = running;
    const durationMs = Math.round(process.uptime() * 1000);
    log.log('ServiceRunning', { ...fields, cluster, taskQueue, durationMs });
    await runParts(running, shutdown);
  } catch (error) {
    if (!shutdown.aborted) throw error;
  } finally {
    await running.connection?.close();
    await options.transport.close();
    await close(probes);
  }
}

async function serveProbes({ config, log, shutdown }: ServiceOptions, running: Running): Promise<Server> {
  const address = config.PROBE_ADDRESS;
  try {
    return await startProbeServer(address, () => readiness(config, running, shutdown), log);
  } catch (error) {
    throw new ListenError('PROBE_ADDRESS', address, error);
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
  { config, temporal, transport, log: { log }, shutdown }: ServiceOptions,
  running: Running,
): Promise<void> {
  const retry = { log, signal: shutdown };
  const dataConverter = dataConverterFor(config.PAYLOAD_KEY_FILE, log);
  const namespace = namespaceOf(temporal);
  const connection = await retryForever(
    { event: 'TemporalConnectionFailed', temporalAddress: addressOf(temporal) },
    () => connect(temporal.connectionOptions),
    retry,
  );
  running.connection = connection;
  const knowsSearchAttributes = await retryForever(
    { event: 'SearchAttributesUnknown', temporalNamespace: namespace },
    () => ensureSearchAttributes(connection, namespace, log),
    retry,
  );
  const events = new EventRecorder(transport, hostname());
  const clusterId = await retryForever(
    { event: 'ClusterIdUnknown', apiServer: transport.server },
    () => readClusterId(transport, { signal: shutdown }),
    retry,
  );
  running.clusterId = clusterId;
  const taskQueue = config.TASK_QUEUE ?? `sei-node-tasks-${clusterId}`;
  running.taskQueue = taskQueue;
  if (config.ROLE !== 'bridge') {
    if (config.SIDECAR_TOKEN_FILE !== undefined) await warnOfApiServerToken(config.SIDECAR_TOKEN_FILE, transport, log);
    running.worker = await retryForever(
      { event: 'WorkerStartFailed', temporalNamespace: namespace },
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
          log,
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
