import { Context } from '@temporalio/activity';
import { sidecarActivity, type SidecarActivity } from '../api/sidecar-activity.ts';
import { SidecarError } from './errors.ts';
import type { TaskReference } from './look-at-task.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { waitUntil } from './wait-until.ts';

/** What the sidecar does besides the task that asks. */
export async function readSidecarActivity(sidecar: SidecarClient, { node, taskId }: TaskReference, signal: AbortSignal): Promise<SidecarActivity> {
  return sidecarActivity(await sidecar.listTasks(node, signal), taskId);
}

export interface AwaitRestartRequest extends TaskReference {
  /** Start of the wait, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** Waits until the sidecar is at no restart under another id. One that cannot be asked is asked again. */
export async function awaitRestart(sidecar: SidecarClient, request: AwaitRestartRequest, shutdown: AbortSignal): Promise<void> {
  const context = Context.current();
  await waitUntil({
    ...request,
    shutdown,
    look: async (signal) => {
      const { problem, restarting } = await ask(sidecar, request, signal);
      context.heartbeat(problem === undefined ? { restarting: restarting ?? '' } : { problem });
      return problem === undefined && restarting === undefined ? true : undefined;
    },
  });
}

async function ask(
  sidecar: SidecarClient,
  request: TaskReference,
  signal: AbortSignal,
): Promise<Pick<SidecarActivity, 'restarting'> & { readonly problem?: string }> {
  try {
    return await readSidecarActivity(sidecar, request, signal);
  } catch (error) {
    if (error instanceof SidecarError) return { problem: error.message };
    throw error;
  }
}
