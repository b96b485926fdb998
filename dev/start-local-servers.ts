import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abortable } from '../lib/abortable.ts';
import { findBinaries } from './binaries/find-binaries.ts';
import { reportToStderr, type ProgressReporter } from './progress-reporter.ts';
import { freePort } from './free-port.ts';
import { startLocalKubernetes } from './local-kubernetes.ts';
import type { LocalKubernetes } from './local-kubernetes.ts';
import { startServer } from './local-server.ts';
import type { LocalServer, OnUnexpectedExit, ServerDefinition, StartServer } from './local-server.ts';
import type { TcpProxy } from './tcp-proxy.ts';
import { TEMPORAL_NAMESPACE, temporalServer } from './temporal-server.ts';
import type { TemporalOptions } from './temporal-server.ts';

export interface LocalServersOptions {
  /** Where data, logs and kubeconfigs go; kept at the end. Default: a temporary directory, removed at the end. */
  readonly directory?: string;
  /** Called with one line per long step. Default: stderr. */
  readonly progress?: ProgressReporter;
  /** Called when a server ended unexpectedly. Default: the message goes to stderr. */
  readonly onUnexpectedExit?: OnUnexpectedExit;
  /** Aborts the start; a running compiler ends with this process. */
  readonly signal?: AbortSignal;
  /** Proxy between the API server and etcd. Default: none. */
  readonly etcdLink?: TcpProxy;
}

/** Addresses of running servers. */
export interface ServerAddresses {
  /** Where their data, logs and kubeconfigs are. */
  readonly directory: string;
  readonly kubernetes: Pick<LocalKubernetes, 'url' | 'caFile' | 'token' | 'kubeconfig'>;
  readonly temporal: {
    /** host:port of the frontend. */
    readonly address: string;
    readonly uiUrl: string;
    readonly namespace: string;
  };
}

type LocalTemporal = ServerAddresses['temporal'] & { readonly server: LocalServer };

export interface LocalServers extends ServerAddresses {
  readonly kubernetes: LocalKubernetes;
  readonly temporal: LocalTemporal;
  /** Ends all servers; may be called twice. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a Kubernetes API server with its etcd and a Temporal server on free loopback ports and waits until all are
 * ready. They end with this process, however it ends.
 *
 * @throws {BinaryVariableError | BinaryNotFoundError} a server's binary was not found.
 * @throws {ServerExitedError | ServerNotReadyError} a server does not start; the others are ended first.
 * @throws The reason of the signal, when it is aborted.
 */
export async function startLocalServers(options: LocalServersOptions = {}): Promise<LocalServers> {
  const { progress = reportToStderr, onUnexpectedExit = (error) => reportToStderr(error.message) } = options;
  const { signal = new AbortController().signal } = options;
  const binaries = await abortable(findBinaries(process.env, progress), signal);
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'sei-node-tasks-')));
  await mkdir(directory, { recursive: true });
  const started: LocalServer[] = [];
  async function start(definition: ServerDefinition): Promise<LocalServer> {
    const server = await startServer(definition, onUnexpectedExit);
    started.push(server);
    return server;
  }
  async function stop(): Promise<void> {
    // A graceful stop would take the API server and Temporal a second each and has no benefit: all data is in files.
    await Promise.all(started.map((server) => server.kill('SIGKILL')));
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
  }
  const [kubernetes, temporal] = await Promise.allSettled([
    startLocalKubernetes({ binaries, directory, startServer: start, etcdLink: options.etcdLink }),
    startLocalTemporal(
      { binary: binaries.temporal, directory, port: await freePort(), uiPort: await freePort() },
      start,
    ),
  ]);
  if (kubernetes.status === 'fulfilled' && temporal.status === 'fulfilled' && !signal.aborted) {
    return { directory, kubernetes: kubernetes.value, temporal: temporal.value, stop };
  }
  await stop();
  signal.throwIfAborted();
  throw [kubernetes, temporal].find((outcome) => outcome.status === 'rejected')?.reason;
}

async function startLocalTemporal(options: TemporalOptions, start: StartServer): Promise<LocalTemporal> {
  const server = await start(temporalServer(options));
  return {
    address: `127.0.0.1:${options.port}`,
    uiUrl: `http://127.0.0.1:${options.uiPort}`,
    namespace: TEMPORAL_NAMESPACE,
    server,
  };
}
