import { activityInfo, log } from '@temporalio/activity';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import { statusWrite, type StatusUpdate } from '../api/status-update.ts';
import type { MirrorTarget } from '../api/task-input.ts';
import { verdictEvent } from '../api/verdict-event.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { updateStatus } from '../kubernetes/update-status.ts';

/** Attempts that an Event is worth: it tells again what the status says already. */
const EVENT_ATTEMPTS = 3;

export interface MirrorRequest {
  readonly mirrorTo: MirrorTarget;
  readonly update: StatusUpdate;
  /** When it happened, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** `gone`: the resource does not exist any more. `terminal`: it had reached its end already. Neither is written. */
export type MirrorResult = 'continue' | 'gone' | 'terminal';

/**
 * Writes an update into the resource's status, and for a verdict records the Event.
 *
 * @throws KubernetesError when the API server did not take it.
 */
export async function mirrorStatus(
  { tasks, events }: { tasks: ResourceClient<SeiNodeTask>; events: EventRecorder },
  { mirrorTo, update, atMs }: MirrorRequest,
  signal: AbortSignal,
): Promise<MirrorResult> {
  const result = await updateStatus({ client: tasks, ...mirrorTo, ...statusWrite(update, atMs), signal });
  if (result.outcome === 'gone') return 'gone';
  if (update.step === 'finished') {
    await recordVerdict(events, mirrorTo, update.verdict);
    return 'continue';
  }
  return isTerminal(result.object.status?.phase) ? 'terminal' : 'continue';
}

async function recordVerdict(
  events: EventRecorder,
  ...[mirrorTo, verdict]: Parameters<typeof verdictEvent>
): Promise<void> {
  try {
    await events.record(verdictEvent(mirrorTo, verdict));
  } catch (error) {
    if (activityInfo().attempt < EVENT_ATTEMPTS) throw error;
    log.warn('Event not recorded; the status holds the verdict', { error });
  }
}
