import { formatDuration } from './go-duration.ts';
import { printable } from './printable.ts';
import { restartAllowedAt, type SidecarActivity } from './sidecar-activity.ts';
import { timestamp } from './status-update.ts';
import type { NodeReference } from './task-input.ts';
import { failed, nodeText, type Verdict } from './verdict.ts';

/** What a task waits for that has its target in the right phase but cannot have it to itself. */
export type Obstacle =
  /** Other work that this service does; `holder` says whose, unless it has just ended. */
  | { readonly by: 'permit'; readonly holder: string | undefined }
  /** A restart under another id, which the sidecar does not refuse. */
  | { readonly by: 'restart'; readonly taskId: string }
  /** `spec.minSecondsBetweenRestarts`. */
  | { readonly by: 'interval'; readonly intervalMs: number; readonly freeAtMs: number };

/** What else the sidecar does that stands in the way. */
export function obstacleBeside(activity: SidecarActivity, intervalMs: number, nowMs: number): Exclude<Obstacle, { by: 'permit' }> | undefined {
  if (activity.restarting !== undefined) return { by: 'restart', taskId: activity.restarting };
  const freeAtMs = restartAllowedAt(activity, intervalMs, nowMs);
  return freeAtMs === undefined ? undefined : { by: 'interval', intervalMs, freeAtMs };
}

function obstacleText(node: NodeReference, obstacle: Obstacle): string {
  switch (obstacle.by) {
    case 'permit':
      return `${nodeText(node)} is busy with ${obstacle.holder ?? 'other work'}`;
    case 'restart':
      return `The sidecar of ${nodeText(node)} is at a restart of its own, task ${printable(obstacle.taskId, 64)}`;
    default:
      return `${nodeText(node)} was restarted less than ${formatDuration(obstacle.intervalMs)} ago (spec.minSecondsBetweenRestarts)`;
  }
}

/** Message of `TargetReady=False`, reason Queued. */
export function waitingInQueue(node: NodeReference, obstacle: Obstacle, timeoutMs: number | undefined): string {
  const until = obstacle.by === 'interval' ? `until ${timestamp(obstacle.freeAtMs)}` : 'for it to end';
  const bound = timeoutMs === undefined ? '' : `, at most ${formatDuration(timeoutMs)}`;
  return `${obstacleText(node, obstacle)}; waiting ${until}${bound}.`;
}

export function queueTimedOut(node: NodeReference, obstacle: Obstacle, timeoutMs: number): Verdict {
  return failed(
    'TargetResolveFailed',
    `${obstacleText(node, obstacle)}, still so after ${formatDuration(timeoutMs)} (queueTimeout); nothing was done. ` +
      'Wait until the node is free, then create a new task.',
  );
}
