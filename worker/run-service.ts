import type { Server } from 'node:http';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Metrics } from '../api/metrics.ts';
import { dataConverterFor } from '../encryption/data-converter.ts';
import { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { readClusterId } from '../kubernetes/read-cluster-id.ts';
import type { Config } from './config.ts';
import { createBridge } from './create-bridge.ts';
import { createWorker } from './create-worker.ts';
import type { LeadingBridge } from './leading-bridge.ts';
import { observeBridge } from './observe-bridge.ts';
import { credentialSources, observeCredentials } from './observe-credentials.ts';
import { observeProcess } from './observe-process.ts';
import { healthOf, readinessOf, type Running } from './probe-checks.ts';
import { startProbeServer, type Checks } from './probe-server.ts';
import { retryForever } from './retry-forever.ts';
import { runParts, type Part } from './run-parts.ts';
import { SearchAttributeProbe } from './search-attribute-probe.ts';
import type { ServiceLog } from './service-log.ts';
import { addressOf, namespaceOf, settingsText, startFields } from './start-fields.ts';
import { TemporalAccess } from './temporal-access.ts';
import { TemporalCredentials } from './temporal-credentials.ts';
import { TemporalHealth } from './temporal-health.ts';
import { warnOfApiServerToken } from './warn-of-api-server-token.ts';
import { WorkerLiveness } from './worker-liveness.ts';

export interface ServiceOptions {
  readonly config: Config;
  /** From Temporal's own environment variables and profiles. */
  readonly temporal: ClientConnectConfig;
  /** Reads that again, with the files that it names. */
  readonly rereadTemporal: () => ClientConnectConfig;
  /** Never logged or shown. New ones are added. */
  readonly secrets: string[];
  readonly transport: KubernetesTransport;
  readonly metrics: Metrics;
  readonly log: ServiceLog;
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal;
  /** Names of what runs; kept up to date. */
  readonly open: Set<string>;
}

/** How long connections have to close, in milliseconds. */
const CLOSING_MS = 2_000;

/** What this file runs and closes. */
interface RunningParts extends Running {
  readonly credentials: TemporalCredentials;
  clusterId?: string;
  access?: TemporalAccess;
  temporal?: TemporalHealth;
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
  const { config, temporal, transport, metrics, log, shutdown, open } = options;
  const fields = startFields(config, temporal, transport.server);
  log.log('ServiceStarting', fields);
  const credentials = new TemporalCredentials({
    inUse: temporal.connectionOptions,
    reread: options.rereadTemporal,
    secrets: options.secrets,
  });
  const running: RunningParts = { credentials };
  const probes = await serveProbes(options, running);
  const checks = (): Checks => readinessOf(config.ROLE, running, shutdown.aborted);
  observeProcess(metrics, { commit: config.GIT_COMMIT, checks }, shutdown);
  const sources = credentialSources({ config, transport, temporal: () => credentials.inUse });
  observeCredentials(metrics, sources, shutdown);
  try {
    await startParts(options, running);
    const { clusterId: cluster, taskQueue } = running;
    const durationMs = Math.round(process.uptime() * 1000);
    log.log('ServiceRunning', { ...fields, cluster, taskQueue, durationMs });
    await runParts(partsOf(running, metrics), { shutdown, graceMs: config.SHUTDOWN_GRACE, open });
  } catch (error) {
    if (!shutdown.aborted) throw error;
    if (error !== shutdown.reason) log.log('PartFailedInShutdown', { error });
  } finally {
    // What fails here only follows from what has happened before: a worker that did not end keeps its connection.
    const closed = [running.access?.connection.close() ?? Promise.resolve(), options.transport.close(), close(probes)];
    await Promise.race([Promise.allSettled(closed), sleep(CLOSING_MS, undefined, { ref: false })]);
  }
}

function serveProbes({ config, secrets, log, shutdown }: ServiceOptions, running: RunningParts): Promise<Server> {
  const probes = {
    healthz: () => healthOf(running),
    readyz: () => readinessOf(config.ROLE, running, shutdown.aborted),
    secrets,
  };
  return startProbeServer(config.PROBE_ADDRESS, probes, log);
}

async function startParts(
  { config, temporal, transport, metrics, log: { log }, shutdown }: ServiceOptions,
  running: RunningParts,
): Promise<void> {
  const retry = { log, signal: shutdown, onFailure: (problem: string) => void (running.waitsFor = problem) };
  const dataConverter = dataConverterFor(config.PAYLOAD_KEY_FILE, log);
  const namespace = namespaceOf(temporal);
  const access = await retryForever(
    { event: 'TemporalConnectionFailed', temporalAddress: addressOf(temporal) },
    () => TemporalAccess.connect({ credentials: running.credentials, namespace, dataConverter, log }),
    retry,
  );
  running.access = access;
  void access.run(shutdown);
  running.temporal = new TemporalHealth(() => access.connection, namespace);
  void running.temporal.run(shutdown);
  const connection = (): NativeConnection => access.connection;
  const searchAttributes = new SearchAttributeProbe({
    connection,
    address: addressOf(temporal),
    namespace,
    metrics,
    log,
  });
  await retryForever(
    { event: 'SearchAttributesUnknown', temporalNamespace: namespace },
    () => searchAttributes.ensure(shutdown),
    retry,
  );
  void searchAttributes.run(shutdown);
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
          connection: access.connection,
          namespace,
          dataConverter,
          clusterId,
          taskQueue,
          transport,
          events,
          log,
          shutdown,
          searchAttributes,
          metrics,
        }),
      retry,
    );
    access.attach(running.worker);
    running.liveness = new WorkerLiveness(running.worker);
  }
  if (config.ROLE === 'worker') return;
  running.bridge = createBridge({
    config,
    temporalAccess: access,
    transport,
    events,
    clusterId,
    taskQueue,
    settings: settingsText(config, temporal, taskQueue),
    searchAttributes,
    metrics,
    temporal: running.temporal,
    log,
  });
}

function partsOf({ worker, bridge }: RunningParts, metrics: Metrics): Part[] {
  const parts: Part[] = [];
  if (worker !== undefined) parts.push({ name: 'worker', run: (signal) => runWorker(worker, signal) });
  if (bridge !== undefined)
    parts.push({
      name: 'bridge',
      run: async (signal) => {
        observeBridge(bridge, metrics, signal);
        await bridge.run(signal);
      },
    });
  return parts;
}

async function runWorker(worker: Worker, signal: AbortSignal): Promise<void> {
  const stop = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const run = worker.run();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await run;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
