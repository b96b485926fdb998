import { defineQuery, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { markdown } from '../api/markdown.ts';
import type { Progress } from '../api/progress.ts';
import { timestamp } from '../api/status-update.ts';
import type { Execution } from './execution.ts';

/** Where a task stands. */
export interface TaskView extends Progress {
  readonly taskId?: string;
  /** RFC 3339. */
  readonly executionStartedAt?: string;
  /** RFC 3339; absent = unbounded. */
  readonly deadline?: string;
}

const status = defineQuery<TaskView>('status');

/** What the Temporal UI shows of a task that is going on: its current details and the query `status`. */
export class TaskDisplay {
  #view: TaskView = { step: 'Starting', message: 'The task has just begun.' };

  constructor() {
    setHandler(status, () => this.#view, { description: 'What is being done just now, and until when.' });
  }

  show({ step, message }: Progress, execution?: Execution): void {
    this.#view = { step, message, ...(execution === undefined ? {} : timesOf(execution)) };
    const { deadline } = this.#view;
    setCurrentDetails(`**${step}** ${markdown(message)}${deadline === undefined ? '' : `\n\nDeadline: ${deadline}`}`);
  }
}

function timesOf({ taskId, startedAtMs, deadlineMs }: Execution): Omit<TaskView, keyof Progress> {
  return {
    taskId,
    executionStartedAt: timestamp(startedAtMs),
    ...(deadlineMs === undefined ? {} : { deadline: timestamp(deadlineMs) }),
  };
}
