import { proxyActivities } from '@temporalio/workflow';
import { LAST_CALL } from '../../workflows/activity-options.ts';
import { lastCall } from '../../workflows/last-call.ts';

const { answer } = proxyActivities<{ answer(question: string): Promise<string> }>(LAST_CALL);

/** Does nothing but to ask, as a task does before a verdict of Timeout. */
export async function AskOnceMore(question: string): Promise<string> {
  return await lastCall(() => answer(question));
}
