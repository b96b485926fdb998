import { isTerminalRunbook } from '../../api/runbook-phases.ts';
import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import { formatDuration } from '../../lib/go-duration.ts';
import { present } from '../../lib/present.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { RunbookView } from './runbook-view.ts';

type Condition = NonNullable<RunbookStatus['conditions']>[number];

/** When and by which workflow a view is written. */
export interface RunbookStatusContext {
  /** In milliseconds since the epoch. */
  readonly atMs: number;
  readonly workflow?: RunbookStatus['workflow'];
}

/**
 * The status after a view.
 *
 * @returns `undefined` when it must not be written: the status is terminal, or newer than the view.
 */
export function nextRunbookStatus(
  current: RunbookStatus = {},
  view: RunbookView,
  { atMs, workflow }: RunbookStatusContext,
): RunbookStatus | undefined {
  if (isTerminalRunbook(current.phase) || isOlder(view, current)) return undefined;
  const at = timestamp(atMs);
  const isEnd = isTerminalRunbook(view.phase);
  const startedAt = current.startedAt ?? view.startedAt ?? at;
  return {
    ...view,
    startedAt,
    phaseTransitionTime: transitionTime(current, view, at),
    ...(isEnd ? { completedAt: at, duration: formatDuration(atMs - Date.parse(startedAt)) } : {}),
    ...present({ workflow: workflow ?? current.workflow, control: view.control ?? current.control }),
    conditions: conditionsAfter(current, view, at),
  };
}

function transitionTime({ phase, phaseTransitionTime }: RunbookStatus, view: RunbookView, at: string): string {
  return phase === view.phase && phaseTransitionTime !== undefined ? phaseTransitionTime : at;
}

function isOlder({ revision: one = 0 }: RunbookStatus, { revision: other = 0 }: RunbookStatus): boolean {
  return one < other;
}

function conditionsAfter({ conditions = [] }: RunbookStatus, view: RunbookView, at: string): Condition[] {
  const { phase, reason, message, observedGeneration } = view;
  const isEnd = isTerminalRunbook(phase);
  const states: Readonly<Record<string, boolean>> = {
    Progressing: phase === 'Planning' || phase === 'Waiting' || phase === 'Running',
    Paused: phase === 'Paused' || phase === 'NeedsOperator',
    ...(isEnd ? { Ready: phase === 'Complete', Failed: phase !== 'Complete', Finished: true } : {}),
  };
  return Object.entries(states)
    .filter(([type, isTrue]) => isTrue || (type !== 'Ready' && type !== 'Failed'))
    .map(([type, isTrue]) => {
      const status = isTrue ? 'True' : 'False';
      const previous = conditions.find((condition) => condition.type === type);
      const lastTransitionTime = previous?.status === status ? previous.lastTransitionTime : at;
      return { type, status, reason, message, ...present({ observedGeneration }), lastTransitionTime };
    });
}
