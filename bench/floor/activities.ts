import { activityInfo } from '@temporalio/activity';
import { now } from '../../dev/now.ts';

/** The step whose start is where a task of ours would be sent to its sidecar. */
const SECOND = 2;
/** The step whose start is where a task of ours would write its end. */
const LAST = 4;

/** The activities of the floor, and what they have seen; the key is a workflow's id. */
export class FloorActivities {
  /** When the second activity of each has started, in milliseconds since 1970. */
  readonly secondStarted = new Map<string, number>();
  /** When the last one has. */
  readonly lastStarted = new Map<string, number>();
  /** Those that wait, with what ends the wait. */
  readonly held = new Map<string, () => void>();

  async doNothing(step: number): Promise<void> {
    if (step === SECOND) this.secondStarted.set(workflowId(), now());
    if (step === LAST) this.lastStarted.set(workflowId(), now());
  }

  async awaitRelease(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.held.set(workflowId(), resolve);
    await promise;
  }
}

function workflowId(): string {
  return activityInfo().workflowExecution?.workflowId ?? '';
}
