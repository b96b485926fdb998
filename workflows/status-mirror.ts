import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { StatusUpdate } from '../api/status-update.ts';
import { taskInputSchema, type MirrorTarget } from '../api/task-input.ts';
import type { Verdict } from '../api/verdict.ts';
import { INTERMEDIATE_MIRROR, SINGLE_CALL } from './activity-options.ts';

const { mirrorStatus: mirrorIntermediate } = proxyLocalActivities<Activities>({ ...INTERMEDIATE_MIRROR, summary: 'Write the status' });
const { mirrorStatus: mirrorFinal } = proxyActivities<Activities>({ ...SINGLE_CALL, summary: 'Write the verdict' });

/** The resource to report to, also when the rest of the input cannot be read. */
export function mirrorTargetOf(input: unknown): MirrorTarget | undefined {
  const mirrorTo = taskInputSchema.shape.mirrorTo.safeParse((input as { mirrorTo?: unknown } | undefined)?.mirrorTo);
  return mirrorTo.success ? mirrorTo.data : undefined;
}

/**
 * Writes a step into the resource's status.
 *
 * @returns Whether the task may go on: not when its resource is gone or has reached its end.
 */
export async function mirrorStep(
  mirrorTo: MirrorTarget | undefined,
  update: Exclude<StatusUpdate, { step: 'finished' }>,
): Promise<'continue' | 'gone' | 'terminal'> {
  if (mirrorTo === undefined) return 'continue';
  return await mirrorIntermediate({ mirrorTo, update, atMs: Date.now() });
}

export async function mirrorVerdict(mirrorTo: MirrorTarget | undefined, verdict: Verdict): Promise<void> {
  if (mirrorTo === undefined) return;
  await mirrorFinal({ mirrorTo, update: { step: 'finished', verdict }, atMs: Date.now() });
}
