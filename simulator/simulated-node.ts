import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Authorizer } from './authorizer.ts';
import type { ChainNode } from './chain/chain-node.ts';
import { serveRpc } from './chain/serve-rpc.ts';
import { FaultSwitch, type Faults } from './faults.ts';
import { faultyAnswer } from './faulty-answer.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { Kubelet } from './kubelet.ts';
import { InvalidInput } from './parse-json.ts';
import type { SeidArguments } from './seid.ts';
import { answerSidecarRequest, writeAnswer } from './sidecar-api.ts';
import { Sidecar } from './sidecar.ts';
import { proxyRpc } from './proxy-rpc.ts';
import { StatusWatch } from './status-watch.ts';
import { SentTransactions, type Broadcast } from './sent-transactions.ts';
import type { SeidConfiguration, SidecarTimings, SidecarVersion, TasksOnSigterm } from './task-context.ts';
import type { TaskView } from './task-store.ts';
import type { TransactionBehaviour } from './transaction-behaviour.ts';
import { writeGarbage } from './write-garbage.ts';

/** Message for what only a chain has. */
export const NO_CHAIN = 'this fleet has no chain that can stop: start it with the option consensus';

const REQUESTS_KEPT = 10_000;

/**
 * What a client gets from a sidecar that is down: a connection that breaks without an answer, or 502 from the proxy in
 * the same pod. Connections are refused only with {@link Fleet.stopListening}.
 */
export type AnswersWhileDown = 'nothing' | 'bad-gateway';

/** Options of one node. */
export interface SimulatedNodeOptions {
  namespace: string;
  name: string;
  /** URL of this node's sidecar at the fleet, without `/v0`. */
  url: string;
  sidecarVersion: SidecarVersion;
  /** Whether the sidecar is ready at the start, as after an earlier mark-ready. */
  ready: boolean;
  /** Whether tasks end at once and do nothing to seid. */
  instantTasks: boolean;
  tasksOnSigterm: TasksOnSigterm;
  answersWhileDown: AnswersWhileDown;
  /** Time between the exit of seid and its next start, milliseconds. */
  containerRestartDelayMs: number;
  timings: SidecarTimings;
  transactions: TransactionBehaviour;
  seid: Omit<SeidArguments, 'asksForAnswers'>;
  /** What it is in a chain that can stop. Unset: the chain grows by the clock. */
  chainNode: ChainNode | undefined;
  /** Unset: every request is allowed, as on the sidecar's own port. */
  authorizer: Authorizer | undefined;
}

/** A request that reached the node's sidecar. */
export interface RecordedRequest {
  method: string;
  /** As the sidecar sees it: `/v0/tasks`. */
  path: string;
  body: string;
  /** Status of the answer; `null`: no answer, or not yet. */
  status: number | null;
  /** Time at which its head arrived: milliseconds since 1970, with fractions. */
  at: number;
}

/** Everything about a node that is visible from outside, as JSON. */
export interface NodeFacts {
  namespace: string;
  name: string;
  url: string;
  rpcUrl: string | null;
  seid: { pid: number | null; pastPids: number[]; sigtermsReceived: number };
  sidecar: { up: boolean; ready: boolean; startedAt: string | null; restarts: number };
  faults: Faults;
  configuredPeers: readonly string[];
  broadcasts: readonly Broadcast[];
  tasks: TaskView[];
  requests: RecordedRequest[];
}

/** One node: seid as a real process, the kubelet that keeps it running, and the sidecar. */
export class SimulatedNode {
  readonly namespace: string;
  readonly name: string;
  /** Base URL of the sidecar: `${url}/v0/tasks`. */
  readonly url: string;
  readonly sidecar: Sidecar;
  /** Requests in the order of their arrival; the last 10,000. */
  readonly requests: RecordedRequest[] = [];
  /** Number of requests for seid's RPC that came through the fleet. */
  rpcRequests = 0;
  readonly #journal = new Journal();
  readonly #kubelet: Kubelet;
  readonly #transactions: SentTransactions;
  readonly #configuration: SeidConfiguration = { persistentPeers: [] };
  readonly #faults = new FaultSwitch();
  readonly #authorizer: Authorizer | undefined;
  readonly #blockIntervalMs: number;
  readonly #chainNode: ChainNode | undefined;
  readonly #jsonRpcEnvelope: boolean;
  readonly #answersWhileDown: AnswersWhileDown;
  readonly #unanswered = new Set<ServerResponse>();

  constructor(options: SimulatedNodeOptions) {
    this.namespace = options.namespace;
    this.name = options.name;
    this.url = options.url;
    this.#authorizer = options.authorizer;
    this.#answersWhileDown = options.answersWhileDown;
    this.#blockIntervalMs = options.seid.blockIntervalMs;
    this.#chainNode = options.chainNode;
    this.#jsonRpcEnvelope = options.seid.jsonRpcEnvelope;
    this.#kubelet = new Kubelet({
      seid: options.seid,
      chainNode: options.chainNode,
      restartDelayMs: options.containerRestartDelayMs,
      faults: () => this.#faults.current,
      journal: this.#journal,
    });
    this.#transactions = new SentTransactions(options.transactions);
    this.sidecar = new Sidecar({
      version: options.sidecarVersion,
      ready: options.ready,
      instantTasks: options.instantTasks,
      tasksOnSigterm: options.tasksOnSigterm,
      surroundings: {
        seid: this.#kubelet,
        watch: new StatusWatch(() => this.#kubelet.status(), options.timings.pollIntervalMs),
        configuration: this.#configuration,
        transactions: this.#transactions,
        timings: options.timings,
        journal: this.#journal,
      },
    });
  }

  /** Starts seid; resolves when its RPC listens. */
  async start(faults: Faults): Promise<void> {
    this.#faults.replace(faults);
    this.#chainNode?.setFaults(faults);
    await this.#kubelet.start();
  }

  /** seid's process; `undefined` between its exit and its next start. */
  get seidPid(): number | undefined {
    return this.#kubelet.pid;
  }

  /** Ended seid processes, oldest first. */
  get pastSeidPids(): readonly number[] {
    return this.#kubelet.pastPids;
  }

  /** SIGTERMs that reached seid, over all its processes. */
  get sigtermsReceived(): number {
    return this.#kubelet.sigtermsReceived;
  }

  /** URL of seid's CometBFT RPC, the same after restarts. `undefined` until it has served once. */
  get rpcUrl(): string | undefined {
    return this.#kubelet.rpcUrl;
  }

  /** The node in a chain that can stop. @throws {InvalidInput} the fleet has no `consensus`. */
  get chainNode(): ChainNode {
    if (this.#chainNode === undefined) throw new InvalidInput(NO_CHAIN);
    return this.#chainNode;
  }

  /** What seid's RPC reports; `undefined` while it does not serve. */
  async latestHeight(): Promise<number | undefined> {
    return (await this.#kubelet.status())?.height;
  }

  /**
   * Sets the height that seid's RPC reports. It grows from there, also after restarts.
   * @throws {InvalidInput} the fleet has `consensus`.
   */
  async setHeight(height: number): Promise<void> {
    if (this.#chainNode !== undefined) throw new InvalidInput(`height: the chain has one; set lagBlocks or frozen`);
    await this.setGenesisTime(Date.now() - height * this.#blockIntervalMs);
  }

  /** Changes the time of height 0, as {@link Fleet.setHeight} does for all nodes together. */
  setGenesisTime(genesisTime: number): Promise<void> {
    return this.#kubelet.setGenesisTime(genesisTime);
  }

  /** The sidecar's tasks, newest first, without going through its API. */
  get tasks(): TaskView[] {
    return this.sidecar.tasks();
  }

  /** The last 10,000 events inside the node, in order. */
  get events(): readonly JournalEntry[] {
    return this.#journal.entries;
  }

  /** Governance transactions that the sidecar has sent, oldest first. */
  get broadcasts(): readonly Broadcast[] {
    return this.#transactions.broadcasts;
  }

  /** Persistent peers in seid's config.toml, as the last discover-peers wrote them. */
  get configuredPeers(): readonly string[] {
    return this.#configuration.persistentPeers;
  }

  /** Sets the result of governance transactions; `{}` is the default. */
  setTransactions(behaviour: TransactionBehaviour): void {
    this.#transactions.behaviour = behaviour;
  }

  /** The current faults; those with `times` are used up. */
  get faults(): Faults {
    return this.#faults.current;
  }

  /** Replaces all faults; `{}` ends all of them. */
  setFaults(faults: Faults): void {
    this.#faults.replace(faults);
    this.#chainNode?.setFaults(faults);
    this.#kubelet.faultsChanged();
  }

  /**
   * `kill -9` of the sidecar: connections break, readiness and running work are lost. It stays down until
   * {@link startSidecar}, which runs interrupted tasks again from their start.
   */
  crashSidecar(): void {
    this.sidecar.crash();
    this.#breakConnections();
  }

  /**
   * SIGTERM to the sidecar: connections break, readiness is lost, and running tasks are handled according to the node's
   * `tasksOnSigterm`. It stays down until {@link startSidecar}.
   */
  async stopSidecar(): Promise<void> {
    await this.sidecar.stop();
    this.#breakConnections();
  }

  /** Starts a sidecar that is down. */
  startSidecar(): void {
    this.sidecar.start();
  }

  /**
   * Replaces its disk by an empty one, as with a new volume: it answers, does not know its earlier tasks and works on
   * none. A sidecar that is down stays down.
   */
  loseStore(): void {
    this.sidecar.loseStore();
    this.#breakConnections();
  }

  facts(): NodeFacts {
    const { up, ready, startedAt, restarts } = this.sidecar;
    return {
      namespace: this.namespace,
      name: this.name,
      url: this.url,
      rpcUrl: this.rpcUrl ?? null,
      seid: { pid: this.seidPid ?? null, pastPids: [...this.pastSeidPids], sigtermsReceived: this.sigtermsReceived },
      sidecar: { up, ready, startedAt: startedAt ?? null, restarts },
      faults: this.faults,
      configuredPeers: this.configuredPeers,
      broadcasts: this.broadcasts,
      tasks: this.tasks,
      requests: this.requests,
    };
  }

  /** Handles a request for this node's sidecar; `path` begins with `/v0`. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const method = request.method ?? '';
    const record = { method, path, body: '', status: null, at: performance.timeOrigin + performance.now() };
    this.#record(record);
    this.#unanswered.add(response);
    response.once('close', () => this.#unanswered.delete(response));
    record.body = await bodyOf(request).catch(() => '');
    if (!this.sidecar.up) this.#answerWhileDown(record, response);
    else if (this.#faults.take('refuseConnections', method)) response.destroy();
    else if (!this.#faults.take('hang', method)) await this.#answer(record, request.headers.authorization, response);
  }

  /** Handles a request for seid's RPC; `url` begins with its path there, such as `/status`. */
  async handleRpc(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    this.rpcRequests += 1;
    if (this.#chainNode === undefined) return await proxyRpc(request, this.rpcUrl && this.rpcUrl + url, response);
    const served = { node: this.#chainNode, faults: this.#faults, wrapped: this.#jsonRpcEnvelope };
    return await serveRpc(served, request, response, url);
  }

  /** Ends seid and the sidecar. */
  async close(): Promise<void> {
    this.crashSidecar();
    await this.#kubelet.close();
    this.#chainNode?.chain.leave(this.#chainNode);
  }

  #answerWhileDown(record: RecordedRequest, response: ServerResponse): void {
    if (this.#answersWhileDown === 'nothing') {
      response.destroy();
      return;
    }
    record.status = 502;
    writeAnswer(response, { status: 502, headers: {}, body: '' });
  }

  async #answer(record: RecordedRequest, authorization: string | undefined, response: ServerResponse): Promise<void> {
    const { method, path } = record;
    const garbage = this.#faults.take('garbage', method);
    if (garbage !== undefined) {
      record.status = 200;
      writeGarbage(response, garbage.body);
      return;
    }
    const answer =
      faultyAnswer(this.#faults, method, path) ??
      (await this.#authorizer?.refusal(this, { method, path, authorization })) ??
      answerSidecarRequest(this.sidecar, record);
    if (method === 'POST' && this.#faults.take('dropAfterPost', method)) {
      response.destroy();
      return;
    }
    if (response.destroyed) return;
    record.status = answer.status;
    writeAnswer(response, answer);
  }

  #record(request: RecordedRequest): void {
    this.requests.push(request);
    if (this.requests.length > REQUESTS_KEPT) this.requests.shift();
  }

  #breakConnections(): void {
    for (const response of this.#unanswered) response.destroy();
  }
}

/** Keeps a byte order mark: the sidecar fails to parse it. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await buffer(request));
}
