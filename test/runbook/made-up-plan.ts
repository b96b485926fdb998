import type { RunbookPlan } from '../../core/runbook/plan-runbook.ts';
import { CHAIN, NAMESPACE } from './made-up-chain.ts';

/** Of a runbook without a resource, one node at a time. */
export const madeUpPlan: RunbookPlan = {
  cluster: 'c',
  namespace: NAMESPACE,
  chainId: CHAIN,
  rules: { maxUnavailable: 1, soakMs: 0, onFailure: 'Pause', maxFailures: 0 },
  gate: { blocks: 10, timeoutMs: 60_000, maxLag: 5, signing: true },
  guard: { minSources: 2 },
  dryRun: false,
};
