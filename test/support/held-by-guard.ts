import assert from 'node:assert/strict';
import type { GuardCheck } from '../../api/guard-verdicts.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { messagePattern } from './message-pattern.ts';
import { conditionOf, type TestEnvironment } from './test-environment.ts';

/** Waits until the guard holds a task back with a verdict, and checks that nothing was sent. */
export async function heldByGuard(
  environment: TestEnvironment,
  name: string,
  verdict: GuardCheck,
): Promise<SeiNodeTask> {
  const task = await environment.taskWhere(
    name,
    `is held back by ${verdict}`,
    ({ status }) => status?.step === 'Guarded' && status.message?.includes(`(${verdict})`) === true,
  );
  const ready = conditionOf(task, 'TargetReady');
  assert.deepEqual([task.status?.phase, ready?.status, ready?.reason], ['Pending', 'False', 'Guarded']);
  assert.match(ready?.message ?? '', messagePattern('Guarded', 'guard', { verdict }));
  assert.equal(task.status?.task, undefined);
  return task;
}
