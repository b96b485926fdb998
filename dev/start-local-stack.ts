import { Client, Connection } from '@temporalio/client';
import { SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { startFleet, type Fleet, type NodeOptions } from '../simulator/fleet.ts';
import { abortable } from '../lib/abortable.ts';
import { adminTransport } from './admin-transport.ts';
import { applyManifests } from './apply-manifests.ts';
import type { Progress } from './binaries/run-tool.ts';
import { ServerExitedError } from './errors.ts';
import { registerSeiNode } from './register-sei-node.ts';
import { startLocalServers, type LocalServers } from './start-local-servers.ts';
import { startLocalService, type LocalService } from './start-local-service.ts';
import { TaskWatch } from './task-watch.ts';

/** How long the service has to drain, in milliseconds. */
const SERVICE_GRACE_MS = 30_000;
const TASK_QUEUE = 'sei-node-tasks';
const NAMESPACES = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' } as const;

export interface LocalStackOptions {
  /** Id of the simulated chain, and name of the Kubernetes namespace of its nodes. */
  readonly chainId: string;
  readonly nodes: readonly Omit<NodeOptions, 'namespace'>[];
  /** Grace of the simulated `restart-seid`, in milliseconds. Default: that of the real one, 90,000. */
  readonly restartGraceMs?: number;
  /** Where data and logs go; kept at the end. Default: a temporary directory, removed at the end. */
  readonly directory?: string;
  /** Flags of Node for the service, in addition to those of `npm start`. Default: none. */
  readonly serviceFlags?: readonly string[];
  readonly progress: Progress;
  /** Told when a server or the service ended although nobody stopped it. */
  readonly onUnexpectedExit: (error: ServerExitedError) => void;
  /** Gives up the start; a compiler that it had begun ends with this process. */
  readonly signal: AbortSignal;
}

/** Servers, a simulated chain and the service that operates its nodes, with clients for all of them. */
export interface LocalStack extends AsyncDisposable {
  readonly namespace: string;
  readonly servers: LocalServers;
  readonly fleet: Fleet;
  readonly service: LocalService;
  readonly taskQueue: string;
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly watch: TaskWatch;
  readonly temporal: Client;
  /** Stops the service, does the work, and starts another one, which becomes `service`. */
  withoutService(work: () => Promise<void>): Promise<void>;
}

/**
 * Starts everything and waits until the service is ready.
 *
 * @throws What the servers and the service throw, or the signal's reason; what had been started is ended first.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { chainId: namespace, progress } = options;
  await using started = new AsyncDisposableStack();

  const servers = await startLocalServers(options);
  started.defer(servers.stop);
  progress('Temporal, etcd and kube-apiserver serve');

  const transport = started.use(adminTransport(servers.kubernetes));
  await applyManifests(transport);
  await new ResourceClient(transport, NAMESPACES).create(undefined, { metadata: { name: namespace } });

  const fleet = await startChain(servers, options);
  started.defer(() => fleet.close());
  await addNodes(fleet, transport, options);
  progress(`${options.nodes.length} nodes of ${namespace} run: ${fleet.nodes.map(({ name }) => name).join(', ')}`);

  const services = new StackService(servers, fleet, options);
  started.use(services);
  const { process, logFile } = await services.start();
  progress(`the service is ready: pid ${process.pid}, log ${logFile}`);

  const watch = started.use(await TaskWatch.start(transport, namespace));
  const connection = await Connection.connect({ address: servers.temporal.address });
  started.defer(() => connection.close());
  const temporal = new Client({ connection, namespace: servers.temporal.namespace });

  const tasks = new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
  const running = started.move();
  return {
    namespace,
    servers,
    fleet,
    get service() {
      return services.current;
    },
    taskQueue: TASK_QUEUE,
    tasks,
    watch,
    temporal,
    withoutService: (work) => services.without(work),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startChain(
  { kubernetes }: LocalServers,
  { chainId, restartGraceMs }: LocalStackOptions,
): Promise<Fleet> {
  return await startFleet({
    chainId,
    ...(restartGraceMs === undefined ? {} : { restartGraceMs }),
    authorization: {
      apiServerUrl: kubernetes.url,
      caFile: kubernetes.caFile,
      token: kubernetes.token('sidecar-proxy'),
    },
  });
}

async function addNodes(
  fleet: Fleet,
  transport: KubernetesTransport,
  { chainId, nodes }: LocalStackOptions,
): Promise<void> {
  const running = nodes.map(async (node) => {
    await fleet.addNode({ namespace: chainId, ...node });
    await registerSeiNode(transport, { namespace: chainId, name: node.name, chainId, phase: 'Running' });
  });
  await Promise.all(running);
}

/** The service of a stack: one process at a time. */
class StackService implements AsyncDisposable {
  readonly #servers: LocalServers;
  readonly #fleet: Fleet;
  readonly #options: LocalStackOptions;
  #current: LocalService | undefined;
  #starts = 0;

  constructor(servers: LocalServers, fleet: Fleet, options: LocalStackOptions) {
    this.#servers = servers;
    this.#fleet = fleet;
    this.#options = options;
  }

  get current(): LocalService {
    if (this.#current === undefined) throw new Error('the service is stopped');
    return this.#current;
  }

  async start(): Promise<LocalService> {
    const { signal, serviceFlags = [] } = this.#options;
    signal.throwIfAborted();
    const name = this.#starts === 0 ? 'service' : `service-${this.#starts}`;
    this.#starts += 1;
    const service = await startLocalService({
      servers: this.#servers,
      fleetUrl: this.#fleet.url,
      name,
      flags: serviceFlags,
      environment: { TASK_QUEUE },
    });
    this.#current = service;
    void this.#reportUnexpectedExit(service);
    await abortable(service.ready(), signal);
    return service;
  }

  async without(work: () => Promise<void>): Promise<void> {
    await this[Symbol.asyncDispose]();
    await work();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const service = this.#current;
    this.#current = undefined;
    await service?.process.stop(SERVICE_GRACE_MS);
  }

  async #reportUnexpectedExit(service: LocalService): Promise<void> {
    const { code, signal } = await service.process.exited;
    if (this.#current !== service) return;
    this.#options.onUnexpectedExit(
      new ServerExitedError(`The service ended (${signal ?? `code ${code}`}). Look at its log, ${service.logFile}.`),
    );
  }
}
