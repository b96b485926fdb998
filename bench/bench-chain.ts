import { parseStatus } from '../activities/chain/parse-status.ts';
import { readSource } from '../activities/chain/read-source.ts';
import { rpcResult } from '../activities/chain/rpc-result.ts';
import type { SeidRpc } from '../activities/seid-rpc.ts';
import type { NodeReference } from '../api/node-reference.ts';
import type { ChainObservation, ObservedNode } from '../core/guard/chain-observation.ts';
import { answerRpc } from '../simulator/chain/answer-rpc.ts';
import type { ChainNode } from '../simulator/chain/chain-node.ts';
import { SimulatedChain } from '../simulator/chain/simulated-chain.ts';

const CHAIN_ID = 'bench-1';
const BLOCK_MS = 400;

/** A chain that stands at one block, with what its nodes answer in memory: reading it takes no network. */
export class BenchChain {
  readonly target: NodeReference = { namespace: 'bench', name: 'validator-0' };
  readonly chainId = CHAIN_ID;
  readonly nowMs: number;
  readonly #chain: SimulatedChain;
  readonly #nodes = new Map<string, ChainNode>();
  readonly #bodies = new Map<string, string>();

  constructor(validators: number, sources: number) {
    const powers = Array.from({ length: validators }, (_, index) => String(10n ** 15n + BigInt(index)));
    let now = Date.UTC(2026, 0, 1);
    this.#chain = new SimulatedChain(
      {
        chainId: CHAIN_ID,
        startHeight: 1_000,
        blockIntervalMs: BLOCK_MS,
        validators: powers.map((power, index) => ({ name: `validator-${index}`, power })),
      },
      () => now,
    );
    const names = powers.map((_, index) => `validator-${index}`);
    const fullNodes = Array.from({ length: sources }, (_, index) => `full-${index}`);
    for (const name of [...names, ...fullNodes]) {
      const node = this.#chain.join(name);
      node.serves(0);
      this.#nodes.set(name, node);
    }
    now += 100 * BLOCK_MS;
    this.nowMs = now;
  }

  /** Of all that was parsed. */
  get bytes(): number {
    return [...this.#bodies.values()].reduce((sum, body) => sum + body.length, 0);
  }

  /** Parses every body each time. */
  async observe(): Promise<ChainObservation> {
    const full = [...this.#nodes.keys()].filter((name) => name.startsWith('full-'));
    const nodes = [
      this.#observed(this.target.name, 'validator'),
      ...full.map((name) => this.#observed(name, 'fullNode')),
    ];
    const { height } = this.#chain;
    const rpc = { call: this.#call.bind(this) } as Pick<SeidRpc, 'call'> as SeidRpc;
    const { signal } = new AbortController();
    const sources = full.map(async (name) => {
      const node = { namespace: this.target.namespace, name };
      return await readSource({ rpc, node, chainId: CHAIN_ID, height, signal });
    });
    return { chainId: CHAIN_ID, readFromMs: this.nowMs, nodes, height, sources: await Promise.all(sources) };
  }

  #observed(name: string, role: ObservedNode['role']): ObservedNode {
    const [first, second] = [this.#result(name, { method: 'status' }), this.#result(name, { method: 'status' })].map(
      (read) => ('result' in read ? parseStatus(read.result) : undefined),
    );
    if (first === undefined || second === undefined) throw new Error(`${name} answers no status.`);
    const status = { ...second, firstHeight: first.height - 1, betweenReadsMs: 1_000 };
    return { namespace: this.target.namespace, name, role, phase: 'Running', status };
  }

  async #call(...[{ name }, call]: Parameters<SeidRpc['call']>): ReturnType<SeidRpc['call']> {
    return this.#result(name, call);
  }

  #result(name: string, { method, query = {} }: Parameters<SeidRpc['call']>[1]): ReturnType<typeof rpcResult> {
    const parameters = Object.fromEntries(
      Object.entries(query).map(([field, value]) => [field, typeof value === 'string' ? value.slice(1, -1) : value]),
    );
    const key = JSON.stringify([name, method, parameters]);
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`There is no node ${name}.`);
    const body = this.#bodies.get(key) ?? answerRpc(node, { method, parameters }).body;
    this.#bodies.set(key, body);
    return rpcResult(body);
  }
}
