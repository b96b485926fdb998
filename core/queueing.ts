import type { Verdict } from '../api/temporal/task-outcome.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import type { SidecarActivity } from '../api/sidecar/sidecar-activity.ts';
import { timestamp } from '../lib/timestamp.ts';
import { whereabouts } from '../api/reasons.ts';
import { failed, messageOf } from './verdict.ts';
import { nodeText, type NodeReference } from '../api/node-reference.ts';

/**
 * When a restart of others ended by its node's clock, and when that was first seen here. Both in milliseconds since the
 * epoch.
 */
export interface RestartSighting {
  readonly endedAtMs: number;
  readonly seenAtMs: number;
}

/** What a task waits for that has its target in the right phase but cannot have it to itself. */
export type Obstacle =
  /** Other work of this service; `holder` names it. */
  | { readonly by: 'permit'; readonly holder: string }
  /** A restart under another id, which the sidecar does not refuse. */
  | { readonly by: 'restart'; readonly taskId: string }
  /** `spec.minSecondsBetweenRestarts`. */
  | {
      readonly by: 'interval';
      readonly intervalMs: number;
      readonly freeAtMs: number;
      readonly sighting: RestartSighting;
    };

export interface QueueRules {
  /** Least time between two restarts, in milliseconds. */
  readonly betweenRestartsMs: number;
  /** In milliseconds since the epoch. */
  readonly nowMs: number;
  /** What was seen of the last restart before. */
  readonly sighting?: RestartSighting | undefined;
}

/**
 * What else the sidecar does that blocks this task. A node whose clock is ahead delays a restart by the interval at
 * most: its restart cannot have ended after it was first seen to have ended.
 */
export function obstacleBeside(
  activity: SidecarActivity,
  rules: QueueRules,
): Exclude<Obstacle, { by: 'permit' }> | undefined {
  if (activity.restarting !== undefined) return { by: 'restart', taskId: activity.restarting };
  const endedAtMs = activity.lastRestartEndedAtMs;
  if (endedAtMs === undefined) return undefined;
  const { betweenRestartsMs: intervalMs, nowMs } = rules;
  const sighting = rules.sighting?.endedAtMs === endedAtMs ? rules.sighting : { endedAtMs, seenAtMs: nowMs };
  const freeAtMs = Math.min(endedAtMs, sighting.seenAtMs) + intervalMs;
  return freeAtMs > nowMs ? { by: 'interval', intervalMs, freeAtMs, sighting } : undefined;
}

/** Values for the messages about an obstacle: while it is waited for, and at queueTimeout. */
function valuesOf(node: NodeReference, obstacle: Obstacle) {
  return {
    node: nodeText(node),
    holder: obstacle.by === 'permit' ? obstacle.holder : '',
    taskId: obstacle.by === 'restart' ? printable(obstacle.taskId, 64) : '',
    interval: obstacle.by === 'interval' ? formatDuration(obstacle.intervalMs) : '',
    until: obstacle.by === 'interval' ? timestamp(obstacle.freeAtMs) : '',
  };
}

/** Message of `TargetReady=False`, reason Queued. */
export function waitingInQueue(node: NodeReference, obstacle: Obstacle, timeoutMs: number | undefined): string {
  return messageOf('Queued', obstacle.by, { ...valuesOf(node, obstacle), limit: limitText(timeoutMs) });
}

/** Ends a message about a wait. @param timeoutMs - Unset: no limit, and no text. */
export function limitText(timeoutMs: number | undefined): string {
  return timeoutMs === undefined ? '' : `, at most ${formatDuration(timeoutMs)}`;
}

/** @param begun - Whether another controller or workflow had begun the task: what it has sent is not known. */
export function queueTimedOut(
  node: NodeReference,
  obstacle: Obstacle,
  { timeoutMs, begun = false }: { readonly timeoutMs: number; readonly begun?: boolean },
): Verdict {
  const verdict = failed('TargetResolveFailed', obstacle.by, {
    ...valuesOf(node, obstacle),
    timeout: formatDuration(timeoutMs),
    whereabouts: begun ? whereabouts.begunAndQueued : whereabouts.queued,
  });
  return { ...verdict, waitedFor: { reason: 'Queued', message: waitingInQueue(node, obstacle, undefined) } };
}
