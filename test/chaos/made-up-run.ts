import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import type {
  ObservedNode,
  ObservedState,
  ObservedTask,
  ObservedWorkflow,
  Observations,
} from '../../chaos/observations.ts';
import type { JournalEntry, NodeEvent } from '../../simulator/journal.ts';

/** Second 0 of every made-up run, in milliseconds since 1970. */
export const START = Date.parse('2026-11-25T12:00:00Z');
export const TASK_ID = 'id-1';

/** A time as a status holds it. */
export function second(seconds: number): string {
  return `${new Date(START + seconds * 1000).toISOString().slice(0, 19)}Z`;
}

export function stateAt(seconds: number, status: SeiNodeTaskStatus): ObservedState {
  return { at: START + seconds * 1000, status };
}

/** Completed at second 9, seen half a second later. */
export function ended(
  phase: 'Complete' | 'Failed',
  reason: string,
  message: string,
  more: SeiNodeTaskStatus = {},
): ObservedState {
  return stateAt(9.5, { phase, reason, message, completedAt: second(9), ...more });
}

export const pending = stateAt(0, { phase: 'Pending' });
export const running = stateAt(1, {
  phase: 'Running',
  task: { id: TASK_ID, status: 'Running', executionStartedAt: second(1) },
});
export const complete = ended('Complete', 'TaskComplete', 'seid was restarted in place.', {
  task: { id: TASK_ID, status: 'Complete', executionStartedAt: second(1) },
});

/** The workflow of a task that was sent and seen to be completed, unless told otherwise. */
export function madeUpWorkflow(workflow: Partial<ObservedWorkflow> = {}): ObservedWorkflow {
  return {
    end: 'COMPLETED',
    knowledge: { sent: 'yes', seen: 'completed' },
    dispatchedAt: START + 2000,
    wasTakenOff: false,
    errors: [],
    ...workflow,
  };
}

/** A RestartSeid of node-1 that went well, unless told otherwise. */
export function madeUpTask(task: Partial<ObservedTask> = {}): ObservedTask {
  return {
    name: 'task-1',
    node: 'node-1',
    kind: 'RestartSeid',
    taskId: TASK_ID,
    createdAt: START,
    timeoutSeconds: 10,
    requirePhaseTimeoutSeconds: 5,
    minSecondsBetweenRestarts: 0,
    workflow: madeUpWorkflow(),
    states: [pending, running, complete],
    ...task,
  };
}

/** Events in seconds from the start. */
export function journal(...events: readonly (readonly [seconds: number, event: NodeEvent])[]): JournalEntry[] {
  return events.map(([seconds, event]) => ({ ...event, at: START + seconds * 1000 }));
}

export const began = (taskId = TASK_ID, taskType = 'restart-seid', lifetime = 0): NodeEvent => ({
  type: 'run-began',
  taskId,
  taskType,
  lifetime,
});
export const over = (end: 'completed' | 'failed' | 'interrupted', taskId = TASK_ID, lifetime = 0): NodeEvent => ({
  type: 'run-ended',
  taskId,
  end,
  lifetime,
});
export const sigterm = (taskId = TASK_ID): NodeEvent => ({ type: 'seid-signalled', taskId, signal: 'SIGTERM', pid: 7 });
export const sidecarKilled: NodeEvent = { type: 'sidecar-ended', lifetime: 0, how: 'crash' };
export const sidecarStarted: NodeEvent = { type: 'sidecar-started', lifetime: 1 };

export const goodRestart = journal([2, began()], [2, sigterm()], [5, over('completed')]);

export function madeUpNode(events: readonly JournalEntry[], node: Partial<ObservedNode> = {}): ObservedNode {
  return { name: 'node-1', events, requests: [], tasks: [], images: [], ...node };
}

/** A run with one restart that went well, unless told otherwise. */
export function madeUpRun(run: Partial<Observations> = {}): Observations {
  return {
    tasks: [madeUpTask()],
    runbooks: [],
    rollingRestarts: [],
    chain: { totalPower: '100', stops: [], absences: [] },
    nodes: [madeUpNode(goodRestart)],
    faults: [],
    leftovers: { at: START + 60_000, workflows: [], permits: [], expired: [] },
    deaths: [],
    ...run,
  };
}
