import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Authorizer, type AuthorizationOptions } from './authorizer.ts';
import type { ConsensusOptions } from './chain/consensus-options.ts';
import { SimulatedChain } from './chain/simulated-chain.ts';
import { CONTROL_PREFIX, handleControlRequest } from './control-api.ts';
import type { Faults } from './faults.ts';
import { InvalidInput } from './parse-json.ts';
import { NO_CHAIN, SimulatedNode, type AnswersWhileDown } from './simulated-node.ts';
import type { SidecarTimings, SidecarVersion, TasksOnSigterm } from './task-context.ts';
import type { TransactionBehaviour } from './transaction-behaviour.ts';

/** How a node behaves. Given to {@link startFleet} it is for all nodes, given to `addNode` for one. */
export interface NodeBehaviour extends Partial<SidecarTimings> {
  /** @default 'v0.0.56' */
  sidecarVersion?: SidecarVersion;
  /** Whether the sidecar is ready at the start, as after an earlier mark-ready. @default true */
  ready?: boolean;
  /** Tasks end at once and do nothing to seid, to measure only the service. @default false */
  instantTasks?: boolean;
  /** What SIGTERM to a v0.0.56 sidecar does with its running tasks. @default 'keep' */
  tasksOnSigterm?: TasksOnSigterm;
  /** What a client sees of a sidecar that is down. @default 'nothing' */
  answersWhileDown?: AnswersWhileDown;
  /** Time between the exit of seid and its next start, milliseconds. @default 50 */
  containerRestartDelayMs?: number;
  /** Voting power in seid's `/status`, in a fleet without `consensus`. @default 1000 */
  votingPower?: number;
  /**
   * `false`: answers of seid's RPC to GET come without the JSON-RPC wrapper. @default true, with `consensus` false
   */
  jsonRpcEnvelope?: boolean;
  /** The result of governance transactions; later `setTransactions`. @default {}: they are included at once */
  transactions?: TransactionBehaviour;
}

/** Options of {@link startFleet}. */
export interface FleetOptions extends NodeBehaviour {
  /** 0 = a free one. @default 0 */
  port?: number;
  /** @default 'simulated-1' */
  chainId?: string;
  /** Time between two blocks, milliseconds. @default 400 */
  blockIntervalMs?: number;
  /** Height of the chain when the fleet starts. @default 1000 */
  startHeight?: number;
  /**
   * Set: the nodes follow one chain, which makes blocks only while more than two thirds of its power signs: see
   * {@link Fleet.chain}. Unset: heights grow by the clock, whatever happens to the nodes.
   */
  consensus?: ConsensusOptions;
  /**
   * Set: every sidecar authorizes requests with this API server, like kube-rbac-proxy. Unset: every request is allowed.
   */
  authorization?: AuthorizationOptions;
}

/** Options of {@link Fleet.addNode}. */
export interface NodeOptions extends NodeBehaviour {
  namespace: string;
  name: string;
  /** Faults from the start, e.g. `{ neverBoot: true }`. @default none */
  faults?: Faults;
}

// Those of the real sidecar, except the poll: 20 ms, so that `completedAt` follows the event promptly.
const DEFAULTS = {
  sidecarVersion: 'v0.0.56',
  ready: true,
  instantTasks: false,
  tasksOnSigterm: 'keep',
  answersWhileDown: 'nothing',
  containerRestartDelayMs: 50,
  votingPower: 1000,
  transactions: {},
  restartGraceMs: 90_000,
  rpcUpTimeoutMs: 300_000,
  killAfterMs: 30_000,
  pollIntervalMs: 20,
} as const satisfies Required<Omit<NodeBehaviour, 'jsonRpcEnvelope'>>;

const CHAIN_ID = 'simulated-1';

/** While the fleet did not listen, another process may have used its port for a connection. */
const LISTEN_AGAIN_MS = 10_000;
const BIND_RETRY_MS = 20;

/**
 * Nodes of one chain behind one HTTP server, a URL prefix `/<namespace>/<name>` each: the sidecar, and under `/rpc`
 * seid's RPC.
 */
export class Fleet {
  readonly #options: FleetOptions;
  #genesisTime: number;
  #port: number;
  #hasListened = false;
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #authorizer: Authorizer | undefined;
  readonly #chain: SimulatedChain | undefined;
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    const { chainId = CHAIN_ID, startHeight = 1000, blockIntervalMs = 400, consensus, authorization } = options;
    this.#genesisTime = Date.now() - startHeight * blockIntervalMs;
    this.#chain = consensus && new SimulatedChain({ chainId, startHeight, blockIntervalMs, ...consensus });
    this.#authorizer = authorization && new Authorizer(authorization);
    // The same as the sidecar's: it must not close an idle connection at the moment when a client uses it.
    this.#server.keepAliveTimeout = 60_000;
  }

  /**
   * Starts listening again after {@link stopListening}, on the same port. {@link startFleet} does it at first.
   * @throws {Error} another process listens there.
   */
  async listen(): Promise<void> {
    const deadline = performance.now() + (this.#hasListened ? LISTEN_AGAIN_MS : 0);
    while (!(await this.#binds(performance.now() >= deadline))) await sleep(BIND_RETRY_MS);
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#hasListened = true;
  }

  /**
   * Refuses connections (ECONNREFUSED) for all nodes and the control API, as when the pods are gone: a client cannot
   * have sent anything. Open connections break. The sidecars continue to work.
   */
  async stopListening(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** `http://127.0.0.1:<port>`; a sidecar is at `${url}/<namespace>/<name>`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The chain that the nodes follow. @throws {InvalidInput} the fleet has no `consensus`. */
  get chain(): SimulatedChain {
    if (this.#chain === undefined) throw new InvalidInput(NO_CHAIN);
    return this.#chain;
  }

  /** The chain's height now. Every node whose RPC serves reports it, unless it is behind. */
  get height(): number {
    if (this.#chain !== undefined) return this.#chain.height;
    return Math.floor((Date.now() - this.#genesisTime) / (this.#options.blockIntervalMs ?? 400));
  }

  /** Sets the height of every node, also of nodes that are added later. It grows from there. */
  async setHeight(height: number): Promise<void> {
    if (this.#chain !== undefined) return this.#chain.setHeight(height);
    this.#genesisTime = Date.now() - height * (this.#options.blockIntervalMs ?? 400);
    await Promise.all(this.nodes.map((node) => node.setGenesisTime(this.#genesisTime)));
  }

  /** All nodes, in the order in which they were added. */
  get nodes(): SimulatedNode[] {
    return [...this.#nodes.values()];
  }

  /**
   * Starts a node; resolves when its seid serves, or at once with the fault `neverBoot`.
   * @throws {Error} the fleet has a node of this name.
   */
  async addNode(options: NodeOptions): Promise<SimulatedNode> {
    const { namespace, name, faults = {} } = options;
    const key = `${namespace}/${name}`;
    if (this.#nodes.has(key)) throw new Error(`node ${key} is already in the fleet: remove it first`);
    const behaviour = {
      ...DEFAULTS,
      jsonRpcEnvelope: this.#chain === undefined,
      ...withoutUndefined(this.#options),
      ...withoutUndefined(options),
    };
    const node = new SimulatedNode({
      namespace,
      name,
      url: `${this.url}/${key}`,
      sidecarVersion: behaviour.sidecarVersion,
      ready: behaviour.ready,
      instantTasks: behaviour.instantTasks,
      tasksOnSigterm: behaviour.tasksOnSigterm,
      answersWhileDown: behaviour.answersWhileDown,
      containerRestartDelayMs: behaviour.containerRestartDelayMs,
      timings: behaviour,
      transactions: behaviour.transactions,
      seid: {
        chainId: this.#options.chainId ?? CHAIN_ID,
        moniker: name,
        genesisTime: this.#genesisTime,
        blockIntervalMs: this.#options.blockIntervalMs ?? 400,
        votingPower: behaviour.votingPower,
        jsonRpcEnvelope: behaviour.jsonRpcEnvelope,
      },
      chainNode: this.#chain?.join(name),
      authorizer: this.#authorizer,
    });
    this.#nodes.set(key, node);
    await node.start(faults);
    return node;
  }

  /** @throws {Error} the node does not exist. */
  node(namespace: string, name: string): SimulatedNode {
    const node = this.#nodes.get(`${namespace}/${name}`);
    if (node === undefined) throw new Error(`no node ${namespace}/${name} in the fleet: add it with addNode`);
    return node;
  }

  /** Ends a node; requests for it are then refused. */
  async removeNode(namespace: string, name: string): Promise<void> {
    const node = this.node(namespace, name);
    this.#nodes.delete(`${namespace}/${name}`);
    await node.close();
  }

  /** Ends every seid and the server. */
  async close(): Promise<void> {
    this.#chain?.end();
    await Promise.all(this.nodes.map((node) => node.close()));
    this.#nodes.clear();
    this.#authorizer?.close();
    await this.stopListening();
  }

  /** `false` when another process uses that port at the moment, unless that is to be an error. */
  #binds(mustBind: boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => {
        if (mustBind || error.code !== 'EADDRINUSE') reject(error);
        else resolve(false);
      };
      this.#server.once('error', onError);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', onError);
        resolve(true);
      });
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path.startsWith(CONTROL_PREFIX)) {
      await handleControlRequest({ nodes: this.#nodes, fleet: this }, request, response);
      return;
    }
    const [, namespace, name, ...rest] = path.split('/');
    const node = this.#nodes.get(`${namespace}/${name}`);
    // In a cluster a node that does not exist has no address: a 404 would look like a sidecar's answer.
    if (node === undefined) response.destroy();
    // Not affected by the sidecar, its proxy and its faults, as in a cluster, where it is another port of the pod.
    else if (rest[0] === 'rpc')
      await node.handleRpc(request, response, request.url?.slice(`/${namespace}/${name}/rpc`.length) ?? '');
    else await node.handle(request, response, `/${rest.join('/')}`);
  }
}

/** Starts an empty fleet. Its seid processes end with this process, also after a SIGKILL. */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const fleet = new Fleet(options);
  await fleet.listen();
  return fleet;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
