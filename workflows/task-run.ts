import type { TaskPlan } from '../api/task-plan.ts';
import type { StatusMirror } from './status-mirror.ts';
import type { TaskDisplay } from './task-display.ts';

/** A task that is being carried out, and where it shows itself. */
export interface TaskRun {
  readonly plan: TaskPlan;
  readonly mirror: StatusMirror;
  readonly display: TaskDisplay;
  /** Told with all that follows; absent = nothing. */
  notice: string | undefined;
}
