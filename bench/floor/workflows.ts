import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { FloorActivities } from './activities.ts';

const { doNothing } = proxyActivities<FloorActivities>({ startToCloseTimeout: '20 seconds' });

/** The least that a task with a permit could be made of: one child workflow and four activities. */
export async function Floor(): Promise<void> {
  await executeChild(FloorChild);
  for (const step of [1, 2, 3, 4]) await doNothing(step);
}

export async function FloorChild(): Promise<void> {}
