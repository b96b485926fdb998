import assert from 'node:assert/strict';
import { taskInputOf } from '../../api/temporal/task-input.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { TaskReconciler, type TaskReconcilerOptions } from '../../crd-bridge/task-reconciler.ts';

const ignore = (): void => undefined;

describe('a task that is being deleted, and that a finalizer of somebody else keeps', () => {
  const task = {
    metadata: {
      namespace: 'arctic-1',
      name: 'restart',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      deletionTimestamp: '2026-11-24T00:00:00Z',
    },
    spec: { kind: 'RestartSeid', restartSeid: {} },
  } as SeiNodeTask;

  it('is started as cancelled, so that nothing is sent', () => {
    assert.equal(taskInputOf(task).cancelled, '');
  });

  it('is cancelled when its workflow is open', async () => {
    const cancelled: string[] = [];
    const reconciler = new TaskReconciler({
      reconcileAfter: ignore,
      statuses: { write: async () => ({ outcome: 'written', object: task }) },
      workflows: {
        start: async () => 'open',
        specChanged: ignore,
        referenceTo: ignore,
        requestCancel: async (id: string) => cancelled.push(id),
      },
      log: ignore,
    } as unknown as TaskReconcilerOptions);
    await reconciler.reconcile(workflowIdOf(task.metadata), task);
    assert.deepEqual(cancelled, [workflowIdOf(task.metadata)]);
  });
});
