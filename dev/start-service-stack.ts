import { abortable } from '../lib/abortable.ts';
import { ServerExitedError } from './errors.ts';
import { RestartableService } from './restartable-service.ts';
import type { LocalServers, LocalServersOptions } from './start-local-servers.ts';
import type { LocalService } from './start-local-service.ts';
import { startLocalStack, type Chain, type LocalStack, type StackNodeOptions } from './start-local-stack.ts';
import { startServersWithManifests } from './start-servers-with-manifests.ts';
import { TaskWatch } from './task-watch.ts';

/** How long the service has to drain, in milliseconds. */
const SERVICE_GRACE_MS = 30_000;
const TASK_QUEUE = 'sei-node-tasks';

export interface ServiceStackOptions
  extends
    Pick<LocalServersOptions, 'directory'>,
    Required<Pick<LocalServersOptions, 'progress' | 'onUnexpectedExit' | 'signal'>> {
  /** The chain's id is also the name of the Kubernetes namespace. */
  readonly chain: Chain;
  readonly nodes: readonly (StackNodeOptions & { readonly name: string })[];
  /** Flags of Node for the service, in addition to those of `npm start`. Default: none. */
  readonly serviceFlags?: readonly string[];
  /** More environment variables for the service. Default: none. */
  readonly serviceEnvironment?: NodeJS.ProcessEnv;
}

/** A stack with its own servers and a service that operates its nodes. */
export interface ServiceStack extends LocalStack<LocalServers> {
  readonly service: LocalService;
  readonly taskQueue: string;
  readonly watch: TaskWatch;
  /** Stops the service, does the work, and starts another one, which becomes `service`. */
  withoutService(work: () => Promise<void>): Promise<void>;
}

/**
 * Starts everything and waits until the service is ready.
 *
 * @throws What the servers and the service throw, or the signal's reason; what was started is stopped first.
 */
export async function startServiceStack(options: ServiceStackOptions): Promise<ServiceStack> {
  const { chain, nodes, serviceFlags = [], serviceEnvironment = {}, progress, onUnexpectedExit, signal } = options;
  const { chainId: namespace } = chain;
  await using started = new AsyncDisposableStack();

  const servers = await startServersWithManifests(options);
  started.defer(servers.stop);
  progress('Temporal, etcd and kube-apiserver serve');

  const stack = started.use(await startLocalStack({ servers, namespace, chain }));
  await Promise.all(nodes.map(({ name, ...node }) => stack.addNode(name, node)));
  progress(`${nodes.length} nodes of ${namespace} run: ${nodes.map(({ name }) => name).join(', ')}`);

  const service = new RestartableService({
    servers,
    fleetUrl: stack.fleet.url,
    name: 'service',
    flags: serviceFlags,
    environment: { TASK_QUEUE, ...serviceEnvironment },
    onUnexpectedExit: ({ logFile }, how) =>
      onUnexpectedExit(new ServerExitedError(`The service ended (${how}). Check its log, ${logFile}.`)),
  });
  const stop = async (): Promise<void> => void (await service.stop(SERVICE_GRACE_MS));
  const start = async (): Promise<void> => {
    signal.throwIfAborted();
    await abortable((await service.start()).ready(), signal);
  };
  started.defer(stop);
  await start();
  progress(`the service is ready: pid ${service.current.process.pid}, log ${service.current.logFile}`);

  const watch = started.use(await TaskWatch.start(stack.admin, namespace));
  const running = started.move();
  return {
    ...stack,
    get service() {
      return service.current;
    },
    taskQueue: TASK_QUEUE,
    watch,
    async withoutService(work) {
      await stop();
      await work();
      await start();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
