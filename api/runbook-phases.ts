/** Phases of a runbook. The last three are terminal. */
export const runbookPhases = [
  'Planning',
  'Waiting',
  'Running',
  'Paused',
  'NeedsOperator',
  'Complete',
  'Failed',
  'Aborted',
] as const;
export type RunbookPhase = (typeof runbookPhases)[number];

/** Phases of one node of a runbook. The last two are not final: a failed node can be retried. */
export const runbookNodePhases = ['Pending', 'Running', 'Complete', 'Failed', 'Skipped'] as const;
export type RunbookNodePhase = (typeof runbookNodePhases)[number];

/** What is being done with a node that is Running. */
export const runbookNodeSteps = ['Queued', 'Restarting', 'Gating'] as const;
export type RunbookNodeStep = (typeof runbookNodeSteps)[number];

/** What an operator can ask of a runbook while it runs. */
export const runbookVerbs = ['pause', 'resume', 'skip', 'retry', 'abort', 'promote'] as const;
export type RunbookVerb = (typeof runbookVerbs)[number];

/** The verbs that name a node. */
export const nodeVerbs: readonly RunbookVerb[] = ['skip', 'retry'];

export function isTerminalRunbook(phase: string | undefined): boolean {
  return phase === 'Complete' || phase === 'Failed' || phase === 'Aborted';
}
