import { setTimeout as sleep } from 'node:timers/promises';
import { quoteGo } from './go-format.ts';
import { decodeGovParameters, type GovTaskType } from './gov-parameters.ts';
import type { SentTransactions, Transaction } from './sent-transactions.ts';
import { FailedWithResult, type TaskContext, type TaskType } from './task-context.ts';
import type { TransactionOutcome } from './transaction-behaviour.ts';

const FAILURE = { code: 5, codespace: 'sdk', rawLog: 'insufficient funds: 1usei is smaller than 2000usei' };

/** `result` of a governance task, in the sidecar's order of fields. */
interface GovResult {
  txHash: string;
  height?: number;
  proposalId?: number;
  code?: number;
  codespace?: string;
  rawLog?: string;
  inclusionStatus: 'committed_ok' | 'committed_failed' | 'pending' | 'unverifiable';
}

/**
 * A governance task of v0.0.56, which does not store its transaction. A run after an interrupted one sends another
 * transaction. Whatever the result of a transaction that was sent, the task completes without a result.
 */
export function govTaskWithoutResult(type: GovTaskType): TaskType {
  const task = govTask(type);
  return async (context) => {
    try {
      await task({ ...context, sent: new Map() });
    } catch (error) {
      if (!(error instanceof FailedWithResult)) throw error;
    }
  };
}

/** A governance task: signs and sends one transaction, or finds the one that it sent earlier. */
export function govTask(type: GovTaskType): TaskType {
  return async (context) => {
    decodeGovParameters(type, context.params);
    if ((await context.seid.status()) === undefined) {
      throw new Error('query local seid /status: connection refused');
    }
    const { id, transactions, params, sent } = context;
    const transaction = sent.get(id) ?? transactions.broadcast({ taskId: id, type, params });
    sent.set(id, transaction);
    await inclusionDelay(context);
    transaction.looks += 1;
    const { result, error } = await outcomeOf(transaction, context, type !== 'gov-vote');
    const shown = Object.hasOwn(transactions.behaviour, 'result') ? transactions.behaviour.result : result;
    if (error !== undefined) throw new FailedWithResult(error, shown);
    return shown;
  };
}

/** Checks repeatedly, so that a delay ends when it is switched off. */
async function inclusionDelay({ transactions, timings, signal }: TaskContext): Promise<void> {
  const begin = performance.now();
  while (performance.now() - begin < (transactions.behaviour.inclusionDelayMs ?? 0)) {
    await sleep(timings.pollIntervalMs, undefined, { signal });
  }
}

async function outcomeOf(
  transaction: Transaction,
  { transactions, seid }: TaskContext,
  isProposal: boolean,
): Promise<{ result: GovResult; error?: string }> {
  const txHash = transaction.hash;
  const outcome = currentOutcome(transaction, transactions);
  const height = (await seid.status())?.height;
  if (outcome === 'unverifiable') {
    const error = `tx ${txHash} inclusion unverifiable: transaction indexing is disabled on this node`;
    return { result: { txHash, inclusionStatus: outcome }, error };
  }
  if (outcome === 'pending' || height === undefined) {
    const error = `tx ${txHash} inclusion undetermined; re-check pending`;
    return { result: { txHash, inclusionStatus: 'pending' }, error };
  }
  const block = transactions.include(transaction, height);
  if (block.failed) {
    const { code, codespace, rawLog } = FAILURE;
    const error = `tx ${txHash} committed but failed: code=${code} codespace=${quoteGo(codespace)} log=${rawLog}`;
    return { result: { txHash, height: block.height, ...FAILURE, inclusionStatus: 'committed_failed' }, error };
  }
  const readable = isProposal && outcome !== 'no_proposal_id';
  const result: GovResult = {
    txHash,
    height: block.height,
    ...(readable && { proposalId: block.proposalId }),
    inclusionStatus: 'committed_ok',
  };
  if (readable || !isProposal) return { result };
  return { result, error: `tx ${txHash} committed but minted no proposal ID (parse failure)` };
}

function currentOutcome({ looks }: Transaction, { behaviour }: SentTransactions): TransactionOutcome {
  const { outcome = 'committed_ok', pendingRuns = 0 } = behaviour;
  return looks <= pendingRuns ? 'pending' : outcome;
}
