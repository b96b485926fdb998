import { ActivityFailure, isCancellation } from '@temporalio/workflow';

/**
 * Ends without a word on what a wait found: the look that follows decides, also when the wait ran into its timeout.
 *
 * @throws CancelledFailure
 */
export async function unlessTimedOut(wait: Promise<void>): Promise<void> {
  try {
    await wait;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  }
}
