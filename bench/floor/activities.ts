import { activityInfo } from '@temporalio/activity';
import { now } from '../../dev/now.ts';

/** The step whose start is where a task of ours would be sent to its sidecar. */
const SECOND = 2;

export interface FloorActivities {
  doNothing(step: number): Promise<void>;
}

/** @param onSecond - Takes the id of a workflow and when its second activity has started. */
export function floorActivities(onSecond: (workflowId: string | undefined, at: number) => void): FloorActivities {
  return {
    async doNothing(step) {
      if (step === SECOND) onSecond(activityInfo().workflowExecution?.workflowId, now());
    },
  };
}
