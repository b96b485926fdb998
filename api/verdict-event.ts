import { SEI_NODE_TASK } from './resources.ts';
import type { MirrorTarget } from './task-input.ts';
import type { Verdict } from './verdict.ts';

/** An Event about a task, for the recorder of Events. */
interface TaskEvent {
  readonly regarding: MirrorTarget & { readonly apiVersion: string; readonly kind: string };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  /** The same for every attempt to record the end of one task. */
  readonly key: string;
}

/** The Event that tells how a task ended: a Warning with the condition's reason when it failed (contract §1). */
export function verdictEvent(task: MirrorTarget, verdict: Verdict): TaskEvent {
  return {
    regarding: {
      ...task,
      apiVersion: `${SEI_NODE_TASK.group}/${SEI_NODE_TASK.version}`,
      kind: SEI_NODE_TASK.kind,
    },
    type: verdict.phase === 'Complete' ? 'Normal' : 'Warning',
    reason: verdict.reason,
    action: 'CarryOutTask',
    note: verdict.message,
    key: 'verdict',
  };
}
