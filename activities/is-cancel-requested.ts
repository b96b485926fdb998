import { ownPendingActivity } from './own-pending-activity.ts';

/** `PENDING_ACTIVITY_STATE_CANCEL_REQUESTED` in Temporal's API. */
const CANCEL_REQUESTED = 3;

/**
 * Asks Temporal whether this activity is cancelled. Otherwise an activity learns it only from the answer to a
 * heartbeat, and the SDK delays most heartbeats by 12 s.
 */
export async function isCancelRequested(): Promise<boolean> {
  const own = await ownPendingActivity();
  return own === undefined || Number(own.state) === CANCEL_REQUESTED;
}
