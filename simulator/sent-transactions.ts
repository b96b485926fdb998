import { createHash } from 'node:crypto';
import type { TransactionBehaviour } from './transaction-behaviour.ts';

/** A transaction as it was sent to the chain. */
export interface Broadcast {
  /** Id of the task that sent it. */
  taskId: string;
  /** Its task's type. */
  type: string;
  /** The task's params, decoded: numbers are floats, as in the sidecar. */
  params: Record<string, unknown>;
}

/** A transaction that was sent to the chain. */
export interface Transaction {
  hash: string;
  /** How often a task waited for its block. */
  looks: number;
  /** Set once it is in a block. */
  block?: { height: number; failed: boolean; proposalId: number };
}

/** The governance transactions that one node has sent to its chain. */
export class SentTransactions {
  /** Every transaction that was sent, oldest first. */
  readonly broadcasts: Broadcast[] = [];
  behaviour: TransactionBehaviour;
  #proposals = 100;

  constructor(behaviour: TransactionBehaviour) {
    this.behaviour = behaviour;
  }

  /**
   * Adds a transaction. The same contents again are another transaction, because the account's sequence has increased.
   */
  broadcast(broadcast: Broadcast): Transaction {
    const content = JSON.stringify({ ...broadcast, sequence: this.broadcasts.length });
    this.broadcasts.push(structuredClone(broadcast));
    return { hash: createHash('sha256').update(content).digest('hex').toUpperCase(), looks: 0 };
  }

  /** Puts a transaction into a block, once and permanently. */
  include(transaction: Transaction, height: number): NonNullable<Transaction['block']> {
    if (transaction.block !== undefined) return transaction.block;
    const failed = this.behaviour.outcome === 'committed_failed';
    transaction.block = { height, failed, proposalId: failed ? 0 : (this.#proposals += 1) };
    return transaction.block;
  }
}
