import assert from 'node:assert/strict';
import { CANCEL_ANNOTATION } from '../../api/provenance.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { TaskReconciler, type TaskReconcilerOptions } from '../../crd-bridge/task-reconciler.ts';
import { timestamp } from '../../lib/timestamp.ts';

const MINUTE_MS = 60_000;
const WORKFLOW_ID = 'seinodetask/arctic-1/restart/u';

/** A task that was Complete when it got the annotation, so many minutes ago; its status was written just now. */
function cancelledTooLate(minutesAgo: number): SeiNodeTask {
  const metadata = {
    namespace: 'arctic-1',
    name: 'restart',
    uid: 'u',
    resourceVersion: '7',
    annotations: { [CANCEL_ANNOTATION]: 'wrong node' },
    managedFields: [
      { manager: 'kubectl-create', time: timestamp(Date.now() - 1_000 * MINUTE_MS) },
      { manager: 'kubectl-annotate', time: timestamp(Date.now() - minutesAgo * MINUTE_MS) },
      { manager: 'sei-node-tasks', subresource: 'status', time: timestamp(Date.now()) },
    ],
  };
  return { metadata, status: { phase: 'Complete', reason: 'TaskComplete' } };
}

/** A bridge that has just started, and the reasons of the Events that it records. */
function startedBridge(): { readonly reconciler: TaskReconciler; readonly recorded: string[] } {
  const recorded: string[] = [];
  const options = {
    events: { record: async ({ reason }: { readonly reason: string }) => void recorded.push(reason) },
  };
  // A finished task needs nothing else.
  return { reconciler: new TaskReconciler(options as unknown as TaskReconcilerOptions), recorded };
}

describe('a cancellation that comes too late', () => {
  it('is answered by an Event, once by each bridge', async () => {
    const { reconciler, recorded } = startedBridge();
    const task = cancelledTooLate(1);
    await reconciler.reconcile(WORKFLOW_ID, task);
    await reconciler.reconcile(WORKFLOW_ID, task);
    assert.deepEqual(recorded, ['CancelIgnored']);
  });

  it('is not answered again by a bridge that starts when the Event has expired', async () => {
    const { reconciler, recorded } = startedBridge();
    await reconciler.reconcile(WORKFLOW_ID, cancelledTooLate(61));
    assert.deepEqual(recorded, []);
  });
});
