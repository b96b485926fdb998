import { z } from 'zod';
import { printable } from '../../lib/printable.ts';
import { present } from '../../lib/present.ts';

const RESTART = 'restart-seid';
/** Ten times what the contract allows: a longer list is not of a sidecar. */
const LONGEST_LIST = 1_000;

const heldTaskSchema = z.object({
  id: z.string(),
  type: z.string(),
  status: z.string(),
  completedAt: z.string().optional().catch(undefined),
  params: z.object({ action: z.string().optional(), targetHeight: z.number().optional() }).optional().catch(undefined),
});

/** What is used of the sidecar's list of tasks (contract §3): newest first, at most 100. */
export const sidecarTaskListSchema = z.array(heldTaskSchema).max(LONGEST_LIST);

export type HeldTask = z.output<typeof heldTaskSchema>;

/** What the sidecar does about restarts, except for the task that asks. */
export interface SidecarActivity {
  /** Id of a restart in progress, safe to show. */
  readonly restarting?: string;
  /** When a restart ended last, in milliseconds since the epoch by the node's clock. */
  readonly lastRestartEndedAtMs?: number;
  /** A wait that sends SIGTERM to seid once it is over. */
  readonly signalLater?: { readonly taskId: string; readonly targetHeight?: number };
}

/** @param ownId - The task that asks; what the sidecar has of it is not counted. */
export function sidecarActivity(tasks: readonly HeldTask[], ownId: string): SidecarActivity {
  const others = tasks.filter(({ id }) => id !== ownId);
  const restarts = others.filter(({ type }) => type === RESTART);
  const restarting = restarts.find(({ status }) => status === 'running');
  const ends = restarts.map(({ completedAt = '' }) => Date.parse(completedAt)).filter((endMs) => !Number.isNaN(endMs));
  const signal = others.find(
    ({ type, status, params }) =>
      type === 'await-condition' && status === 'running' && params?.action === 'SIGTERM_SEID',
  );
  return present({
    restarting: restarting && printable(restarting.id, 64),
    lastRestartEndedAtMs: ends.toSorted((a, b) => a - b).at(-1),
    signalLater: signal && {
      taskId: printable(signal.id, 64),
      ...present({ targetHeight: signal.params?.targetHeight }),
    },
  });
}

/** Told with a restart: seid will be stopped once more, and not by it. */
export function signalLaterText({ signalLater }: SidecarActivity): string | undefined {
  if (signalLater === undefined) return undefined;
  const { taskId, targetHeight } = signalLater;
  const height = targetHeight === undefined ? 'a height' : `height ${targetHeight}`;
  return `Note: task ${taskId} on the same sidecar waits for ${height} and then sends SIGTERM to seid.`;
}
