import assert from 'node:assert/strict';
import type { SpecChange } from '../../api/temporal/spec-change.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { TaskReconciler, type TaskReconcilerOptions } from '../../crd-bridge/task-reconciler.ts';

const ignore = (): void => undefined;

/** A RestartSeid whose workflow is open and has not written a status. */
function taskOf(generation: number, minSecondsBetweenRestarts: number): SeiNodeTask {
  const metadata = { namespace: 'arctic-1', name: 'restart', uid: 'u', resourceVersion: `${generation}`, generation };
  return { metadata, spec: { kind: 'RestartSeid', restartSeid: {}, minSecondsBetweenRestarts } };
}

/** What a bridge tells the workflow that sees these, one after the other. */
async function toldOf(...tasks: readonly SeiNodeTask[]): Promise<SpecChange[]> {
  const told: SpecChange[] = [];
  const reconciler = new TaskReconciler({
    reconcileAfter: ignore,
    workflows: {
      start: async () => 'open',
      specChanged: async (_id: string, change: SpecChange) => void told.push(change),
    },
    log: ignore,
  } as unknown as TaskReconcilerOptions);
  for (const task of tasks) await reconciler.reconcile(workflowIdOf(task.metadata), task);
  return told;
}

describe('a task that is edited before its workflow has written a status', () => {
  it('is sent to the workflow', async () => {
    const [change, ...more] = await toldOf(taskOf(1, 0), taskOf(2, 3600));
    assert.deepEqual([change?.generation, change?.betweenRestartsMs, more], [2, 3_600_000, []]);
  });

  it('is sent also by a bridge that did not see it before: another one may have started the workflow', async () => {
    const told = await toldOf(taskOf(2, 3600), taskOf(2, 3600));
    assert.deepEqual(
      told.map(({ generation }) => generation),
      [2],
    );
  });

  it('is not sent when it was not edited', async () => {
    assert.deepEqual(await toldOf(taskOf(1, 0), taskOf(1, 0)), []);
  });
});
