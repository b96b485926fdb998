import { randomBytes } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { permitIdOf } from '../../api/temporal/permit-id.ts';
import { isTerminal, type SeiNodeTask } from '../../api/sei-node-task.ts';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { kubectl, type KubectlResult } from '../../dev/kubectl.ts';
import type { ServerAddresses } from '../../dev/start-local-servers.ts';
import { startLocalService, type LocalService } from '../../dev/start-local-service.ts';
import { startLocalStack, type Chain, type LocalStack, type StackNodeOptions } from '../../dev/start-local-stack.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import type { Lease } from '../../kubernetes/lease.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import type { Fleet } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from './eventually.ts';
import { grantLease } from './grant-lease.ts';
import { sharedServers } from './shared-servers.ts';

const LEASES = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };
/** Grace of the simulated `restart-seid`, in milliseconds: a busy machine lets seid take its time to go. */
const RESTART_GRACE_MS = 60_000;
/** The same for a seid that will not go, in milliseconds. */
const GRACE_IN_VAIN_MS = 1_000;

/** Default of `LEASE_NAME`: by this lease in their namespace the services of an environment choose who bridges. */
export const LEASE = 'sei-node-tasks';

export interface EnvironmentOptions {
  /** Default: those of the test run. */
  readonly servers?: ServerAddresses;
  /** Name of the Kubernetes namespace. Default: one that nobody has. */
  readonly namespace?: string;
  /** Environment variables of the service. */
  readonly service?: NodeJS.ProcessEnv;
  /** As of `startLocalStack`. */
  readonly sidecarAudiences?: readonly string[];
  /** Added to the chain of the environment, such as `consensus`. */
  readonly chain?: Partial<Chain>;
}

/** A stack of its own on the servers of the test run, and any number of services on it. */
export class TestEnvironment {
  readonly servers: ServerAddresses;
  readonly namespace: string;
  readonly fleet: Fleet;
  readonly admin: KubernetesTransport;
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly seiNodes: ResourceClient;
  readonly leases: ResourceClient<Lease>;
  readonly temporal: Client;
  /** What a test adds; it ends after the services. */
  readonly added = new AsyncDisposableStack();
  readonly #stack: LocalStack;
  readonly #serviceEnvironment: NodeJS.ProcessEnv;
  readonly #services: LocalService[] = [];
  #launches = 0;

  private constructor(stack: LocalStack, serviceEnvironment: NodeJS.ProcessEnv) {
    this.servers = stack.servers;
    this.namespace = stack.namespace;
    this.fleet = stack.fleet;
    this.admin = stack.admin;
    this.tasks = stack.tasks;
    this.seiNodes = stack.seiNodes;
    this.leases = new ResourceClient<Lease>(stack.admin, LEASES);
    this.temporal = stack.temporal;
    this.#stack = stack;
    this.#serviceEnvironment = serviceEnvironment;
  }

  /** Without a service yet: see `startService`. */
  static async create({
    servers,
    namespace = `test-${randomBytes(5).toString('hex')}`,
    service = {},
    sidecarAudiences,
    chain = {},
  }: EnvironmentOptions = {}): Promise<TestEnvironment> {
    const stack = await startLocalStack({
      servers: servers ?? (await sharedServers()),
      namespace,
      chain: { chainId: 'test-1', restartGraceMs: RESTART_GRACE_MS, ...chain },
      sidecarAudiences,
    });
    await grantLease(stack.admin, namespace);
    return new TestEnvironment(stack, service);
  }

  /** Starts a service that watches this namespace only, on a task queue of its own, and waits until it is ready. */
  async startService(environment: NodeJS.ProcessEnv = {}): Promise<LocalService> {
    const service = await this.launchService(environment);
    await service.ready();
    return service;
  }

  /** As `startService`, without waiting. */
  async launchService(environment: NodeJS.ProcessEnv = {}): Promise<LocalService> {
    const name = `service-${this.namespace}-${this.#launches}`;
    this.#launches += 1;
    const service = await startLocalService({
      servers: this.servers,
      fleetUrl: this.fleet.url,
      name,
      environment: {
        WATCH_NAMESPACE: this.namespace,
        TASK_QUEUE: this.namespace,
        LEASE_NAMESPACE: this.namespace,
        ...this.#serviceEnvironment,
        ...environment,
      },
    });
    this.#services.push(service);
    return service;
  }

  /** Adds a simulated node and its SeiNode, in phase Running unless told otherwise. */
  async addNode(name: string, options: StackNodeOptions = {}): Promise<SimulatedNode> {
    const grace = options.faults?.ignoreSigterm ? { restartGraceMs: GRACE_IN_VAIN_MS } : {};
    return await this.#stack.addNode(name, { ...grace, ...options });
  }

  async setPhase(name: string, phase: string): Promise<KubernetesObject> {
    return await this.seiNodes.patchStatus({ namespace: this.namespace, name }, { status: { phase } });
  }

  async createTask(name: string, spec: object): Promise<SeiNodeTask> {
    return await this.#stack.createTask(name, spec);
  }

  /** Creates a RestartSeid of a node; `spec` adds to it or overrides it. */
  async restart(name: string, node: string, spec: object = {}): Promise<SeiNodeTask> {
    return await this.#stack.restart(name, node, spec);
  }

  /** Waits until the resource is as `predicate` wants it. */
  async taskWhere(name: string, what: string, predicate: (task: SeiNodeTask) => boolean): Promise<SeiNodeTask> {
    let last: SeiNodeTask | undefined;
    try {
      return await eventually(`${name} ${what}`, async () => {
        last = await this.tasks.get(this.namespace, name);
        return last !== undefined && predicate(last) ? last : undefined;
      });
    } catch (cause) {
      throw new Error(`${name} ${what}; its status is ${JSON.stringify(last?.status)}`, { cause });
    }
  }

  /** Waits until the resource says that its node is busy. */
  async queued(name: string): Promise<SeiNodeTask> {
    return await this.taskWhere(name, 'is queued', ({ status }) => status?.step === 'Queued');
  }

  /** Waits until the resource is Complete or Failed. */
  async finished(name: string): Promise<SeiNodeTask> {
    return await this.taskWhere(name, 'reaches its end', (task) => isTerminal(task.status?.phase));
  }

  /** The permit of a node, whoever has it. */
  async permitOf(name: string) {
    return this.temporal.workflow.getHandle(
      permitIdOf(await readClusterId(this.admin), { namespace: this.namespace, name }),
    );
  }

  /** Waits until the permit of a node is released; then Temporal has nothing of it. */
  async permitIsFree(name: string): Promise<void> {
    const permit = await this.permitOf(name);
    await eventually(`nobody has the permit of ${name}`, async () => {
      try {
        await permit.describe();
        return false;
      } catch (error) {
        return error instanceof WorkflowNotFoundError;
      }
    });
  }

  workflowOf(task: SeiNodeTask) {
    return this.temporal.workflow.getHandle(workflowIdOf(task.metadata));
  }

  /** kubectl as admin in this namespace. */
  async kubectl(commandArguments: readonly string[], input = ''): Promise<KubectlResult> {
    const kubeconfig = this.servers.kubernetes.kubeconfig('admin');
    return await kubectl(kubeconfig, ['--namespace', this.namespace, ...commandArguments], { input });
  }

  /** Ends everything that was started here, kindly where it still runs. */
  async stop(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.process.stop(30_000)));
    await this.added.disposeAsync();
    await this.#stack[Symbol.asyncDispose]();
  }
}

/** The condition of a type, if it is there. */
export function conditionOf(task: SeiNodeTask, type: string) {
  return task.status?.conditions?.find((condition) => condition.type === type);
}
