import { Context } from '@temporalio/activity';
import type { PollEnd } from '../api/dispatch.ts';
import { observationOf } from '../api/sidecar-task.ts';
import { SidecarError } from './errors.ts';
import type { TaskReference } from './look-at-task.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { waitUntil } from './wait-until.ts';

export interface PollRequest extends TaskReference {
  /** When the execution began, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number;
}

/** What the Temporal UI shows of a poll that is going on. */
export interface PollHeartbeat {
  readonly taskId: string;
  /** `unknown`: the sidecar answered that it does not have the task, which may pass. */
  readonly state: 'running' | 'unknown' | 'unreachable';
  /** Polls so far, those of earlier attempts included. */
  readonly polls: number;
  /** What went wrong last, when the sidecar could not be asked. */
  readonly problem?: string;
}

/**
 * Polls a task until the sidecar says that it is over, or until the deadline. A sidecar that cannot be asked is asked
 * again: it may be restarting, and only the deadline decides.
 */
export async function pollTask(sidecar: SidecarClient, poll: PollRequest, shutdown: AbortSignal): Promise<PollEnd> {
  const { heartbeat, info } = activityContext();
  let polls = (info.heartbeatDetails as PollHeartbeat | undefined)?.polls ?? 0;
  let problem: string | undefined;
  const end = await waitUntil({
    ...poll,
    shutdown,
    look: async (signal) => {
      polls += 1;
      const seen = await stateOf(sidecar, poll, signal);
      if (seen.state === 'completed' || seen.state === 'failed') return seen;
      problem = seen.state === 'unreachable' ? seen.problem : undefined;
      heartbeat({ taskId: poll.taskId, ...seen, polls } satisfies PollHeartbeat);
      return undefined;
    },
  });
  return end ?? { state: 'deadline', ...(problem === undefined ? {} : { problem }) };
}

function activityContext(): { heartbeat: (details: PollHeartbeat) => void; info: Context['info'] } {
  const context = Context.current();
  return { heartbeat: (details) => context.heartbeat(details), info: context.info };
}

type Seen =
  | Exclude<PollEnd, { state: 'deadline' }>
  | { readonly state: 'running' | 'unknown' }
  | { readonly state: 'unreachable'; readonly problem: string };

async function stateOf(sidecar: SidecarClient, { node, taskId }: PollRequest, signal: AbortSignal): Promise<Seen> {
  try {
    const task = await sidecar.getTask(node, taskId, signal);
    if (task === undefined) return { state: 'unknown' };
    const seen = observationOf(task);
    return seen.state === 'completed' || seen.state === 'failed' ? seen : { state: 'running' };
  } catch (error) {
    if (error instanceof SidecarError) return { state: 'unreachable', problem: error.message };
    throw error;
  }
}
