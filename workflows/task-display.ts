import { defineQuery, setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import { markdown } from '../lib/markdown.ts';
import { searchAttributes } from '../api/temporal/search-attributes.ts';
import type { TaskIdentity } from '../api/temporal/task-input.ts';
import { timestamp } from '../lib/timestamp.ts';
import type { Progress } from '../core/progress.ts';

/** Where a task stands. */
export interface DisplayedTask extends Progress {
  readonly taskId?: string;
  /** RFC 3339. */
  readonly executionStartedAt?: string;
  /** RFC 3339. Unset: unbounded. */
  readonly deadline?: string;
}

const status = defineQuery<DisplayedTask>('status');

/**
 * What the Temporal UI shows of a running task: its current details, the query `status` and search attributes.
 */
export class TaskDisplay {
  #view: DisplayedTask = { step: 'Starting', message: 'The task has just begun.' };

  constructor() {
    setHandler(status, () => this.#view, { description: 'What is being done now, and until when.' });
  }

  show(
    { step, message }: Progress,
    execution?: { readonly taskId: string; readonly startedAtMs: number; readonly deadlineMs?: number | undefined },
  ): void {
    this.#view = { step, message, ...(execution === undefined ? {} : timesOf(execution)) };
    const { deadline } = this.#view;
    setCurrentDetails(`**${step}** ${markdown(message)}${deadline === undefined ? '' : `\n\nDeadline: ${deadline}`}`);
  }

  /** Makes a run that the bridge did not start, such as a runbook's child, findable like those that it did. */
  identify({ cluster, kind, node, mirrorTo }: TaskIdentity): void {
    if (isFindable() || mirrorTo !== undefined) return;
    upsertSearchAttributes([
      { key: searchAttributes.cluster, value: cluster },
      { key: searchAttributes.namespace, value: node.namespace },
      { key: searchAttributes.node, value: node.name },
      { key: searchAttributes.kind, value: kind },
    ]);
  }

  end({ reason, message }: Verdict): void {
    this.show({ step: reason, message });
    if (isFindable()) upsertSearchAttributes([{ key: searchAttributes.outcome, value: reason }]);
  }
}

function isFindable(): boolean {
  return workflowInfo().typedSearchAttributes.get(searchAttributes.node) !== undefined;
}

function timesOf({
  taskId,
  startedAtMs,
  deadlineMs,
}: {
  readonly taskId: string;
  readonly startedAtMs: number;
  readonly deadlineMs?: number | undefined;
}): Omit<DisplayedTask, keyof Progress> {
  return {
    taskId,
    executionStartedAt: timestamp(startedAtMs),
    ...(deadlineMs === undefined ? {} : { deadline: timestamp(deadlineMs) }),
  };
}
