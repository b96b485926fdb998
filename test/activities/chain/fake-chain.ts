import type { RequestListener, ServerResponse } from 'node:http';
import { Agent } from 'undici';
import { ChainReader, type ChainRead } from '../../../activities/chain/chain-reader.ts';
import { NodeUrlTemplate } from '../../../activities/node-url-template.ts';
import { SeidRpc } from '../../../activities/seid-rpc.ts';
import { SEI_NODE } from '../../../api/resources.ts';
import type { ChainObservation, ChainValidator } from '../../../core/guard/chain-observation.ts';
import { ResourceClient } from '../../../kubernetes/resource-client.ts';
import { FakeApiServer, sendJson, sendStatus, type SeenRequest } from '../../kubernetes/fake-api-server.ts';
import { startMisbehavingServer, type MisbehavingServer } from '../misbehaving-server.ts';
import { CHAIN, commitAnswer, planAnswer, statusAnswer, validatorsAnswer, validatorSet } from './rpc-answers.ts';

const SEI_NODES = /^\/apis\/sei\.io\/v1alpha1\/(?:namespaces\/([^/]+)\/)?seinodes$/;

export interface FakeNode {
  readonly name: string;
  /** Default: `arctic`. */
  readonly namespace?: string;
  /** Default: `fullNode`. */
  readonly role?: string;
  readonly specChainId?: string;
  /** At the second and later reads of the status. At the first it is one lower. Default: 100. */
  readonly height?: number;
  /** Reads of the status before there is a new block. Default: 1. */
  readonly readsOfOneBlock?: number;
  readonly status?: Parameters<typeof statusAnswer>[0];
  /** Answers in place of what is right, by method. */
  readonly instead?: Readonly<Record<string, RequestListener>>;
}

interface World {
  readonly nodes: readonly FakeNode[];
  readonly validators?: readonly ChainValidator[];
  /** HTTP status of a list of SeiNodes: of all namespaces without one. Default: 200. */
  readonly listStatus?: (namespace: string | undefined) => number;
}

/** A chain of nodes on one loopback server, with an API server that lists them, and the reader of both. */
export class FakeChain implements AsyncDisposable {
  readonly #world: World;
  readonly #stack = new AsyncDisposableStack();
  #server: MisbehavingServer | undefined;
  #reader: ChainReader | undefined;
  readonly #statusReads = new Map<string, number>();

  private constructor(world: World) {
    this.#world = world;
  }

  static async start(world: World): Promise<FakeChain> {
    const chain = new FakeChain(world);
    const stack = chain.#stack;
    chain.#server = stack.use(await startMisbehavingServer((...call) => chain.#answer(...call)));
    const api = stack.use(await FakeApiServer.start((request, response) => chain.#list(request, response)));
    const dispatcher = stack.adopt(new Agent(), (agent) => agent.destroy());
    const urlTemplate = new NodeUrlTemplate(`${chain.#server.url}/{namespace}/{name}`);
    chain.#reader = new ChainReader({
      rpc: new SeidRpc({ urlTemplate, dispatcher }),
      seiNodes: new ResourceClient(api.transport, SEI_NODE),
      statusIntervalMs: 1,
    });
    return chain;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async read(read: Partial<ChainRead> = {}): Promise<ChainObservation> {
    const target = { namespace: 'arctic', name: 'target' };
    const signal = new AbortController().signal;
    if (this.#reader === undefined) throw new Error('not started');
    return await this.#reader.read({ chainId: CHAIN, target, minSources: 2, signal, ...read });
  }

  /** Paths with queries of the calls for one method, without the method, such as `arctic/full-0?height=5`. */
  callsOf(method: string): string[] {
    const paths = this.#server?.received.map(({ path }) => path) ?? [];
    return paths
      .filter((path) => path.split(/[/?]/)[3] === method)
      .map((path) => path.slice(1).replace(`/${method}`, ''));
  }

  #list({ path }: SeenRequest, response: ServerResponse): void {
    const namespace = SEI_NODES.exec(path)?.[1];
    const code = this.#world.listStatus?.(namespace) ?? 200;
    if (code !== 200) return sendStatus(response, code, code === 403 ? 'Forbidden' : 'InternalError');
    const items = this.#world.nodes
      .filter((node) => namespace === undefined || namespaceOf(node) === namespace)
      .map(({ name, role = 'fullNode', specChainId: chainId = CHAIN, ...node }) => ({
        metadata: { name, namespace: namespaceOf(node), uid: name, resourceVersion: '1' },
        spec: { chainId, [role]: {} },
        status: { phase: 'Running' },
      }));
    return sendJson(response, 200, { metadata: { resourceVersion: '1' }, items });
  }

  #answer(...[request, response]: Parameters<RequestListener>): void {
    const url = new URL(request.url ?? '', 'http://localhost');
    const [namespace, name, method = ''] = url.pathname.slice(1).split('/');
    const node = this.#world.nodes.find((each) => each.name === name && namespaceOf(each) === namespace);
    if (node === undefined) return sendStatus(response, 404, 'NotFound');
    const instead = node.instead?.[method];
    if (instead !== undefined) return instead(request, response);
    return sendJson(response, 200, this.#rightAnswer(node, method, url.searchParams));
  }

  #rightAnswer(node: FakeNode, method: string, query: URLSearchParams): unknown {
    const { height: head = 100 } = node;
    const height = Number(query.get('height'));
    if (method === 'status') return statusAnswer({ height: this.#headNow(node, head), ...node.status });
    if (method === 'abci_query') return planAnswer();
    if (height > head) return { code: -32603, message: 'Internal error', data: `height ${height} is above ${head}` };
    if (method === 'commit') return commitAnswer({ height, canonical: height < head });
    const perPage = Math.min(100, Number(query.get('per_page') ?? 30));
    return validatorsAnswer(this.#world.validators ?? validatorSet(4), {
      height,
      page: Number(query.get('page') ?? 1),
      perPage,
    });
  }

  #headNow({ name, readsOfOneBlock = 1 }: FakeNode, head: number): number {
    const reads = this.#statusReads.get(name) ?? 0;
    this.#statusReads.set(name, reads + 1);
    return reads < readsOfOneBlock ? head - 1 : head;
  }
}

function namespaceOf({ namespace = 'arctic' }: Pick<FakeNode, 'namespace'>): string {
  return namespace;
}
