import { metricMeter } from '@temporalio/workflow';
import { isTaskKind } from '../api/task-kinds.ts';
import type { Verdict } from '../api/verdict.ts';

/** Counts a task's end; a replay does not count it again. */
export function countVerdict(kind: string, { reason }: Verdict): void {
  const verdicts = metricMeter.createCounter('sei_task_verdicts', '1', 'Tasks that reached their end, by kind and reason');
  verdicts.add(1, { kind: isTaskKind(kind) ? kind : 'unknown', reason });
}
