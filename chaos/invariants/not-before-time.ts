import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import type { ObservedTask } from '../observations.ts';
import { terminalState } from './terminal-state.ts';
import type { Invariant, Violation } from './violation.ts';

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

function waitThatEnded(task: ObservedTask, { reason, message = '', task: execution }: SeiNodeTaskStatus): Wait | undefined {
  if (reason === 'Timeout' || reason === 'InclusionUndetermined') {
    return { what: 'executionStartedAt', from: execution?.executionStartedAt, seconds: task.timeoutSeconds };
  }
  if (reason !== 'TargetResolveFailed') return undefined;
  if (message.includes('was still in phase')) {
    const from = task.states.findLast(({ status }) => status.targetFirstObservedAt !== undefined)?.status.targetFirstObservedAt;
    return { what: 'targetFirstObservedAt', from, seconds: task.requirePhaseTimeoutSeconds };
  }
  // When it began to queue is not in the status; it cannot have been before it was there.
  return message.includes('(queueTimeout)') ? { what: 'its creation', from: task.createdAt, seconds: task.queueTimeoutSeconds ?? Number.POSITIVE_INFINITY } : undefined;
}
