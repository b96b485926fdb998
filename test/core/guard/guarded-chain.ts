import assert from 'node:assert/strict';
import type { ChainObservation, ObservedNode } from '../../../core/guard/chain-observation.ts';
import { decideGuard, type GuardDecision } from '../../../core/guard/decide-guard.ts';
import { ADDRESS_OF_NO_KEY, type RecentRestart } from '../../../core/guard/guard-situation.ts';
import { withEnd } from '../../../core/guard/recent-restarts.ts';
import { addressOf, BLOCK_MS, CHAIN, CLUSTER, NOW_MS } from './observations.ts';

/** Blocks until what does not sign is in no commit of the window. */
const WINDOW = 11;

interface ModelNode {
  readonly name: string;
  /** Index of its validator. Unset: a node without a key. */
  readonly validator?: number;
  /** `stopping`: its restart was sent, and it still signs. `starting`: its RPC answers, and it does not sign yet. */
  state: 'up' | 'stopping' | 'down' | 'starting';
}

interface Permit {
  /** The task that holds it. Unset: its workflow has closed. */
  holder?: { readonly node: ModelNode; sent?: RecentRestart };
  recent: readonly RecentRestart[];
}

export interface ModelOptions {
  readonly validators: readonly { readonly power: bigint; readonly nodes: number }[];
  /** Index of a node without a key that reports that everybody signs. Unset: all report what is so. */
  readonly liar: number | undefined;
}

/** A chain that stops as soon as a third of its power is down, and restarts that the guard allows. */
export class GuardedChain {
  readonly #nodes: ModelNode[];
  readonly #powers: readonly bigint[];
  readonly #liar: string | undefined;
  #permit: Permit = { recent: [] };
  #height = 1_000;
  #nowMs = NOW_MS;
  #commits: { height: number; timeMs: number; hash: string; signed: string[] }[] = [];
  /** Restarts that were sent, and those that were held back. */
  readonly counts = { sent: 0, held: 0 };

  constructor({ validators, liar }: ModelOptions) {
    this.#powers = validators.map(({ power }) => power);
    this.#nodes = [
      ...[0, 1, 2].map((index): ModelNode => ({ name: `rpc-${index}`, state: 'up' })),
      ...validators.flatMap(({ nodes }, validator) =>
        Array.from({ length: nodes }, (_, index): ModelNode => ({
          name: `validator-${validator}-${index}`,
          validator,
          state: 'up',
        })),
      ),
    ];
    this.#liar = liar === undefined ? undefined : `rpc-${liar}`;
    this.advance(WINDOW);
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** Produces blocks. @throws AssertionError when a third of the power is down. */
  advance(blocks: number): void {
    for (let index = 0; index < blocks; index += 1) {
      this.#nowMs += BLOCK_MS;
      const down = this.#downPower('up', 'stopping');
      assert.ok(3n * down < this.#totalPower(), `the chain has stopped: ${down} of ${this.#totalPower()} is down`);
      const signed = this.#powers
        .map((_, validator) => addressOf(validator))
        .filter((_, each) => this.#signs(each, 'up', 'stopping'));
      this.#commits.push({ height: this.#height, timeMs: this.#nowMs, hash: `hash-${this.#height}`, signed });
      this.#height += 1;
    }
    this.#commits = this.#commits.slice(-WINDOW);
  }

  /** Time passes without a change. */
  wait(milliseconds: number): void {
    this.stop();
    this.#nowMs += milliseconds;
    this.advance(WINDOW);
  }

  /** A task for a node acquires the permit of the chain, if it is free. */
  acquire(index: number): void {
    const node = this.#nodeAt(index);
    if (this.#permit.holder === undefined && node.validator !== undefined && node.state !== 'down')
      this.#permit.holder = { node };
  }

  /** The task that has the permit is sent if the guard allows it, on what is read now. */
  dispatch(): void {
    const { holder, recent } = this.#permit;
    if (holder === undefined || holder.sent !== undefined) return;
    const { node } = holder;
    const decision = this.#decide(node, recent);
    if (!decision.isAllowed) {
      this.counts.held += 1;
      this.#permit = { recent: decision.recent };
      return;
    }
    this.counts.sent += 1;
    const { name } = node;
    holder.sent = {
      cluster: CLUSTER,
      namespace: CHAIN,
      name,
      holder: `task-${this.counts.sent}`,
      sentAtMs: this.#nowMs,
      ...(decision.address === undefined ? {} : { address: decision.address }),
    };
    this.#permit.recent = [...decision.recent, holder.sent];
    node.state = 'stopping';
    assert.ok(3n * this.#downPower('up') < this.#totalPower(), `${name} may go down: ${decision.message}`);
  }

  /** seid of the nodes whose restarts were sent stops. */
  stop(): void {
    for (const node of this.#nodes) if (node.state === 'stopping') node.state = 'down';
  }

  /** The task that was sent ends, whatever its node does, and releases the permit. */
  end(): void {
    this.stop();
    this.#release(true);
  }

  /** The task is no longer watched, and releases the permit: its node may still be about to stop. */
  giveUp(): void {
    this.#release(false);
  }

  #release(wasSeenToEnd: boolean): void {
    const { holder, recent } = this.#permit;
    if (holder?.sent === undefined) this.#permit = { recent };
    else {
      const end = { holder: holder.sent.holder ?? '', sent: 'yes', endedAtMs: this.#nowMs, wasSeenToEnd } as const;
      this.#permit = { recent: withEnd(recent, end) };
    }
  }

  /** The workflow that holds the permit is ended from outside: nobody records the end of its restart. */
  terminate(): void {
    delete this.#permit.holder;
  }

  /** seid of a node comes back: first its RPC, then it signs. */
  recover(index: number): void {
    const node = this.#nodeAt(index);
    if (node.state === 'starting') node.state = 'up';
    if (node.state === 'down') node.state = 'starting';
  }

  /** A node fails by itself, where the chain survives that. Its blocks show it before anything else happens. */
  fail(index: number): void {
    const node = this.#nodeAt(index);
    const before = node.state;
    node.state = 'down';
    if (3n * this.#downPower('up') >= this.#totalPower()) node.state = before;
    this.advance(WINDOW);
  }

  #nodeAt(index: number): ModelNode {
    return this.#nodes[index % this.#nodes.length] ?? assert.fail();
  }

  #signs(validator: number, ...states: readonly ModelNode['state'][]): boolean {
    return this.#nodes.some((node) => node.validator === validator && states.includes(node.state));
  }

  /** @param states - Of nodes that sign. */
  #downPower(...states: readonly ModelNode['state'][]): bigint {
    return this.#powers.reduce((sum, power, validator) => sum + (this.#signs(validator, ...states) ? 0n : power), 0n);
  }

  #totalPower(): bigint {
    return this.#powers.reduce((sum, power) => sum + power, 0n);
  }

  #decide(node: ModelNode, recent: readonly RecentRestart[]): GuardDecision {
    const target = {
      namespace: CHAIN,
      name: node.name,
      chainId: CHAIN,
      role: 'validator',
      isPaused: false,
      isUpdating: false,
    } as const;
    const situation = { target, cluster: CLUSTER, recent, permittedAtMs: this.#nowMs };
    return decideGuard(this.#observe(), situation, { minSources: 2, overridden: [] }, this.#nowMs);
  }

  #observe(): ChainObservation {
    const everybody = this.#powers.map((_, validator) => addressOf(validator));
    const commits = this.#commits.slice(0, -1);
    return {
      chainId: CHAIN,
      readFromMs: this.#nowMs,
      nodes: this.#nodes.map((node) => this.#observed(node)),
      height: this.#height - 1,
      sources: this.#nodes
        .filter(({ state }) => state !== 'down')
        .map(({ name }) => ({
          namespace: CHAIN,
          name,
          validators: this.#powers.map((power, validator) => ({ address: addressOf(validator), power: String(power) })),
          commits: name === this.#liar ? commits.map((commit) => ({ ...commit, signed: everybody })) : commits,
          upgrade: 'none',
        })),
    };
  }

  /** With several nodes of one key, one that still catches up says so. With one, it may look as if it signed. */
  #observed({ name, validator, state }: ModelNode): ObservedNode {
    const role = validator === undefined ? 'fullNode' : 'validator';
    const isAlone = this.#nodes.filter((other) => other.validator === validator).length === 1;
    const status = {
      network: CHAIN,
      address: validator === undefined ? ADDRESS_OF_NO_KEY : addressOf(validator),
      catchingUp: state === 'starting' && !isAlone,
      firstHeight: this.#height - 3,
      height: this.#height - 1,
      blockTimeMs: this.#nowMs - BLOCK_MS,
      betweenReadsMs: 2 * BLOCK_MS,
    };
    return { namespace: CHAIN, name, role, phase: 'Running', ...(state === 'down' ? {} : { status }) };
  }
}
