import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { taskKinds } from '../../api/task-kinds.ts';
import type { ObservedTask } from '../observations.ts';
import { terminalState } from './terminal-state.ts';
import type { Invariant, Violation } from './violation.ts';

/** As the dispatch has it. */
const LEAST_SECONDS = 30;

interface Wait {
  readonly what: string;
  /** RFC 3339 in whole seconds, or milliseconds since 1970. */
  readonly from: string | number | undefined;
  readonly seconds: number;
}

/** Nobody gives up earlier than the spec says. All times are whole seconds, rounded down, and so are the limits. */
export const notBeforeTime: Invariant = ({ tasks }) => tasks.flatMap(tooEarly);

function tooEarly(task: ObservedTask): Violation[] {
  const end = terminalState(task);
  const wait = end === undefined ? undefined : waitThatEnded(task, end.status);
  if (end === undefined || wait === undefined) return [];
  const { reason, completedAt } = end.status;
  const from = typeof wait.from === 'number' ? wait.from : Date.parse(wait.from ?? '');
  const waited = (Date.parse(completedAt ?? '') - from) / 1000;
  // Also where a time is missing.
  if (waited >= wait.seconds) return [];
  const text = `${task.kind} ${task.name} ended as ${reason} ${waited} s after ${wait.what}, before its ${wait.seconds} s were over`;
  return [{ at: end.at, subjects: [task.name, task.node], text }];
}

function waitThatEnded(
  task: ObservedTask,
  { reason, conditions, task: execution }: SeiNodeTaskStatus,
): Wait | undefined {
  if (reason === 'Timeout' || reason === 'InclusionUndetermined') {
    return {
      what: 'executionStartedAt',
      from: execution?.executionStartedAt,
      seconds: Math.floor(task.timeoutSeconds - leftUnused(task)),
    };
  }
  return reason === 'TargetResolveFailed'
    ? waitForTarget(task, conditions?.find(({ type }) => type === 'TargetReady')?.reason)
    : undefined;
}

/** @param reason - Why the target was last not ready. Unset: it was not waited for. */
function waitForTarget(
  { createdAt, states, requirePhaseTimeoutSeconds, queueTimeoutSeconds }: ObservedTask,
  reason: string | undefined,
): Wait | undefined {
  if (reason === 'PhaseNotMet') {
    const from = states.findLast(({ status }) => status.targetFirstObservedAt !== undefined)?.status
      .targetFirstObservedAt;
    return { what: 'targetFirstObservedAt', from, seconds: requirePhaseTimeoutSeconds };
  }
  // When it began to queue is not in the status; it cannot have been before it was there.
  return reason === 'Queued' || reason === 'Guarded'
    ? { what: 'its creation', from: createdAt, seconds: queueTimeoutSeconds ?? Number.POSITIVE_INFINITY }
    : undefined;
}

/** Work on a node is not begun with so little time left; in seconds. */
function leftUnused({ kind, timeoutSeconds, workflow }: ObservedTask): number {
  return taskKinds[kind].changesNode && workflow?.knowledge.sent === 'no'
    ? Math.min(LEAST_SECONDS, timeoutSeconds / 2)
    : 0;
}
