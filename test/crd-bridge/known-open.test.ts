import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { TaskReconciler } from '../../crd-bridge/task-reconciler.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { TaskWorkflows } from '../../crd-bridge/task-workflows.ts';
import type { EventRecorder } from '../../kubernetes/event-recorder.ts';
import type { TaskStatusWriter } from '../../kubernetes/task-status-writer.ts';
import { noLog } from '../support/recorded-log.ts';
import { runningTask } from './bridge-on-fakes.ts';

const MINUTE_MS = 60_000;
const { metadata, ...begun } = runningTask('a', 'task');
const workflowId = workflowIdOf(metadata);
const inAnotherRun = { metadata, ...begun };
const inItsRun = { metadata, ...begun, status: { ...begun.status, workflow: { id: workflowId, runId: 'run' } } };

describe('whether a workflow is open', () => {
  /** How often Temporal was asked, by a start that joins a workflow that is open. */
  let asked: number;
  let reconciler: TaskReconciler;
  let task: SeiNodeTask;
  let canListOpen: boolean;

  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0) });
    asked = 0;
    task = inAnotherRun;
    canListOpen = true;
    reconciler = new TaskReconciler({
      reconcileAfter: () => {},
      tasks: undefined as never,
      statuses: undefined as unknown as TaskStatusWriter,
      events: undefined as unknown as EventRecorder,
      workflows: {
        get canListOpen() {
          return canListOpen;
        },
        start: async () => {
          asked += 1;
          return 'open';
        },
      } as Partial<TaskWorkflows> as TaskWorkflows,
      log: noLog,
    });
  });

  afterEach(() => mock.timers.reset());

  async function reconcileEachMinute(minutes: number, look: () => void = () => {}): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      look();
      await reconciler.reconcile(workflowId, task);
      mock.timers.tick(MINUTE_MS);
    }
  }

  it('is asked every five minutes where nothing is listed', async () => {
    await reconcileEachMinute(20);
    assert.equal(asked, 4);
  });

  it('is not asked of one that each list has', async () => {
    await reconcileEachMinute(20, () => reconciler.noteOpen(workflowId, Date.now()));
    assert.equal(asked, 0);
  });

  it('is left to the lists by a new leader, of one whose status was written by its workflow', async () => {
    task = inItsRun;
    await reconciler.reconcile(workflowId, task);
    assert.equal(asked, 0);
    reconciler.forget(workflowId);
    await reconciler.reconcile(workflowId, task);
    assert.equal(asked, 1);
  });

  it('is asked of such a one after five minutes without a list', async () => {
    task = inItsRun;
    await reconcileEachMinute(5);
    assert.equal(asked, 0);
    await reconcileEachMinute(1);
    assert.equal(asked, 1);
  });

  it('is asked at once by a new leader where nothing can be listed', async () => {
    task = inItsRun;
    canListOpen = false;
    await reconciler.reconcile(workflowId, task);
    assert.equal(asked, 1);
  });

  it('is asked again after the last list that had it', async () => {
    reconciler.noteOpen(workflowId, Date.now());
    await reconcileEachMinute(5);
    assert.equal(asked, 0);
    await reconcileEachMinute(1);
    assert.equal(asked, 1);
  });

  it('is asked of one that was reported closed after the list began', async () => {
    await reconciler.reconcile(workflowId, task);
    const listedAtMs = Date.now();
    mock.timers.tick(1_000);
    reconciler.forget(workflowId);
    reconciler.noteOpen(workflowId, listedAtMs);
    await reconciler.reconcile(workflowId, task);
    assert.equal(asked, 2);
    reconciler.noteOpen(workflowId, Date.now() + 1_000);
    await reconciler.reconcile(workflowId, task);
    assert.equal(asked, 2);
  });
});
