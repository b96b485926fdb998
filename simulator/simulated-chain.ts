import { createHash } from 'node:crypto';
import type { TransactionBehaviour } from './transaction-behaviour.ts';

/** A transaction as it was sent to the chain. */
export interface Broadcast {
  /** Of the task that sent it. */
  taskId: string;
  /** Type of that task. */
  type: string;
  /** As that task got them, decoded: numbers are floats, as in the sidecar. */
  params: Record<string, unknown>;
}

/** A transaction that the chain has got. */
export interface Transaction {
  hash: string;
  /** How often a task has waited for its block. */
  looks: number;
  /** Set once it is in a block. */
  block?: { height: number; failed: boolean; proposalId: number };
}

/** What a chain knows of the governance transactions that one node has sent to it. */
export class SimulatedChain {
  /** Every transaction that was sent, oldest first. */
  readonly broadcasts: Broadcast[] = [];
  behaviour: TransactionBehaviour;
  #proposals = 100;

  constructor(behaviour: TransactionBehaviour) {
    this.behaviour = behaviour;
  }

  /** Takes a new transaction; the same content again is another one, as its account's sequence has gone on. */
  broadcast(broadcast: Broadcast): Transaction {
    const content = JSON.stringify({ ...broadcast, sequence: this.broadcasts.length });
    this.broadcasts.push(structuredClone(broadcast));
    return { hash: createHash('sha256').update(content).digest('hex').toUpperCase(), looks: 0 };
  }

  /** Puts a transaction into a block, once: what has happened on a chain stays. */
  include(transaction: Transaction, height: number): NonNullable<Transaction['block']> {
    if (transaction.block !== undefined) return transaction.block;
    const failed = this.behaviour.outcome === 'committed_failed';
    transaction.block = { height, failed, proposalId: failed ? 0 : (this.#proposals += 1) };
    return transaction.block;
  }
}
