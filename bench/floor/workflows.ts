import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { FloorActivities } from './activities.ts';

const { doNothing } = proxyActivities<FloorActivities>({ startToCloseTimeout: '20 seconds' });

/** The least that a task with a permit could be made of: one child workflow and four activities. */
export async function Floor(): Promise<void> {
  await executeChild(FloorChild);
  for (const step of [1, 2, 3, 4]) await doNothing(step);
}

/** The same with a third activity that lasts until it is released. */
export async function HeldFloor(): Promise<void> {
  const { awaitRelease } = proxyActivities<FloorActivities>({ startToCloseTimeout: '1 day' });
  await executeChild(FloorChild);
  for (const step of [1, 2]) await doNothing(step);
  await awaitRelease();
  await doNothing(4);
}

export async function FloorChild(): Promise<void> {}
