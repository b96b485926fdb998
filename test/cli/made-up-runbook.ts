import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { runbookSpec } from '../runbook/runbook-manifests.ts';

type Node = NonNullable<RunbookStatus['nodes']>[number];

/** When the made-up statuses were written. */
export const NOW = Date.parse('2026-11-28T13:10:00Z');

const full = ['full-0', 'full-1', 'full-2'];
const validators = [
  'validator-0',
  'validator-1',
  'validator-2',
  'validator-3',
  'validator-4',
  'validator-5',
  'archive-6',
];

/** Ten nodes, of which three are complete. `changes` overrides what is known of single nodes. */
export function runbookStatus(
  status: Partial<RunbookStatus> = {},
  changes: Readonly<Record<string, Partial<Node>>> = {},
): RunbookStatus {
  const done = full.map((name, index): Node => {
    const heightBefore = 84_210_377 + 30 * index;
    return { name, phase: 'Complete', seconds: 41 + index, heightBefore, heightAfter: heightBefore + 25 };
  });
  const open = validators.map((name): Node => ({ name, phase: 'Pending', power: '1000' }));
  return {
    phase: 'Running',
    reason: 'RestartingNodes',
    message: 'At hand: validator-0.',
    startedAt: '2026-11-28T13:04:48Z',
    progress: '3/10',
    counts: { total: 10, pending: 7, running: 0, complete: 3, failed: 0, skipped: 0 },
    guard: {
      verdict: 'Allowed',
      height: '84210402',
      totalPower: '7000',
      riskPower: '1000',
      sources: ['a/full-0', 'a/full-1'],
    },
    nodes: [...done, ...open].map((node) => ({ ...node, ...changes[node.name] })),
    ...status,
  };
}

export const gating = runbookStatus(
  {
    counts: { total: 10, pending: 6, running: 1, complete: 3, failed: 0, skipped: 0 },
    estimatedCompletion: '2026-11-28T13:20:00Z',
  },
  { 'validator-0': { phase: 'Running', step: 'Gating', since: '2026-11-28T13:09:48Z', heightBefore: 84_210_470 } },
);

export const needsOperator = runbookStatus(
  {
    phase: 'NeedsOperator',
    reason: 'NodesFailed',
    message: 'validator-0 failed. Check the node, then choose: retry it, skip it, resume without it, or abort.',
    counts: { total: 10, pending: 6, running: 0, complete: 3, failed: 1, skipped: 0 },
  },
  {
    'validator-0': {
      phase: 'Failed',
      reason: 'GateTimeout',
      message: 'The node was restarted, but did not pass its gate within 30m0s. Check the node.',
      tries: 2,
      seconds: 1823,
    },
  },
);

export const complete = runbookStatus({
  phase: 'Complete',
  reason: 'RunbookComplete',
  message: '10 of 10 nodes were restarted and passed their gates, 0 were skipped.',
  progress: '10/10',
  counts: { total: 10, pending: 0, running: 0, complete: 10, failed: 0, skipped: 0 },
  duration: '14m3s',
  completedAt: '2026-11-28T13:18:51Z',
});

export function runbook(status: RunbookStatus | undefined, name = 'restart-all'): SeiNodeRunbook {
  return {
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeRunbook',
    metadata: { namespace: 'arctic-1', name, uid: `uid-${name}` },
    spec: runbookSpec({ chainId: 'arctic-1' }) as Record<string, unknown>,
    ...(status === undefined ? {} : { status }),
  } as SeiNodeRunbook;
}
