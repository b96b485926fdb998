import { Client, Connection } from '@temporalio/client';
import { SEI_NODE, SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { ResourceClient, type WriteOptions } from '../kubernetes/resource-client.ts';
import { startFleet, type Fleet, type FleetOptions, type NodeOptions } from '../simulator/fleet.ts';
import type { SimulatedNode } from '../simulator/simulated-node.ts';
import { adminTransport } from './admin-transport.ts';
import { registerSeiNode, type SeiNodeRegistration } from './register-sei-node.ts';
import type { ServerAddresses } from './start-local-servers.ts';

const NAMESPACES = { group: '', version: 'v1', plural: 'namespaces' } as const;

/** The chain of a stack, and how its nodes behave. */
export type Chain = Omit<FleetOptions, 'authorization'> & { readonly chainId: string };

/**
 * How a node behaves, and its SeiNode. Default: in phase Running, and a validator, unless the chain has `consensus` and
 * no validator whose key the node has: then a full node.
 */
export type StackNodeOptions = Omit<NodeOptions, 'namespace' | 'name'> &
  Partial<Pick<SeiNodeRegistration, 'phase' | 'role' | 'spec' | 'status'>>;

export interface LocalStackOptions<Servers extends ServerAddresses> {
  /** They serve our resources: see `startServersWithManifests`. */
  readonly servers: Servers;
  /** Name of the Kubernetes namespace, which is created. */
  readonly namespace: string;
  readonly chain: Chain;
  /** Audiences of which the sidecars' proxies require one. Unset: tokens for the API server are accepted. */
  readonly sidecarAudiences?: readonly string[] | undefined;
}

/**
 * The environment of the service: a Kubernetes namespace, simulated nodes in it whose sidecars authorize requests with
 * the API server, Temporal, and clients for all of them. The caller starts the service itself.
 */
export interface LocalStack<Servers extends ServerAddresses = ServerAddresses> extends AsyncDisposable {
  readonly servers: Servers;
  readonly namespace: string;
  readonly fleet: Fleet;
  readonly admin: KubernetesTransport;
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly seiNodes: ResourceClient;
  readonly temporal: Client;
  /** Starts a simulated node and creates its SeiNode. */
  addNode(name: string, options?: StackNodeOptions): Promise<SimulatedNode>;
  /** Creates a SeiNodeTask, without waiting for it. */
  createTask(name: string, spec: object, options?: WriteOptions): Promise<SeiNodeTask>;
  /** Creates a RestartSeid of a node; `spec` adds to it or overrides it. */
  restart(name: string, node: string, spec?: object): Promise<SeiNodeTask>;
}

/** Starts a stack without nodes. @throws What servers throw; what was started is stopped first. */
export async function startLocalStack<Servers extends ServerAddresses>({
  servers,
  namespace,
  chain,
  sidecarAudiences,
}: LocalStackOptions<Servers>): Promise<LocalStack<Servers>> {
  const { kubernetes, temporal } = servers;
  await using started = new AsyncDisposableStack();
  const admin = started.use(await adminTransport(kubernetes));
  await new ResourceClient(admin, NAMESPACES).create(undefined, { metadata: { name: namespace } });
  const authorization = {
    apiServerUrl: kubernetes.url,
    caFile: kubernetes.caFile,
    token: kubernetes.token('sidecar-proxy'),
    audiences: sidecarAudiences,
  };
  const fleet = started.adopt(await startFleet({ ...chain, authorization }), (opened) => opened.close());
  const connection = started.adopt(await Connection.connect({ address: temporal.address }), (opened) => opened.close());
  const tasks = new ResourceClient<SeiNodeTask>(admin, SEI_NODE_TASK);
  const { group, version, kind } = SEI_NODE_TASK;
  const createTask: LocalStack['createTask'] = (name, spec, options) =>
    tasks.create(namespace, { apiVersion: `${group}/${version}`, kind, metadata: { name }, spec }, options);
  const running = started.move();
  return {
    servers,
    namespace,
    fleet,
    admin,
    tasks,
    seiNodes: new ResourceClient(admin, SEI_NODE),
    temporal: new Client({ connection, namespace: temporal.namespace }),
    async addNode(name, { phase = 'Running', role, spec = {}, status = {}, ...behaviour } = {}) {
      const node = await fleet.addNode({ namespace, name, ...behaviour });
      const hasKey = chain.consensus === undefined || fleet.chain.validatorOf(name) !== undefined;
      await registerSeiNode(admin, {
        namespace,
        name,
        chainId: chain.chainId,
        phase,
        role: role ?? (hasKey ? 'validator' : 'fullNode'),
        spec,
        status,
      });
      return node;
    },
    createTask,
    restart: (name, node, spec) =>
      createTask(name, { kind: 'RestartSeid', target: { nodeRef: { name: node } }, restartSeid: {}, ...spec }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
