import assert from 'node:assert/strict';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { TaskReconciler } from '../../crd-bridge/task-reconciler.ts';
import type { TaskWorkflows } from '../../crd-bridge/task-workflows.ts';
import type { EventRecorder } from '../../kubernetes/event-recorder.ts';
import { TaskStatusWriter } from '../../kubernetes/task-status-writer.ts';
import { noLog } from '../support/recorded-log.ts';
import { TestEnvironment } from '../support/test-environment.ts';

interface ToldEvent {
  readonly reason: string;
  readonly note: string;
}

const ignore = (): void => {};

/** Of the only Event, which quotes what Temporal's client said. */
function noteOfTheOnly(events: readonly ToldEvent[]): string {
  assert.deepEqual(
    events.map(({ reason }) => reason),
    ['TemporalUnavailable'],
  );
  const [{ note } = assert.fail()] = events;
  assert.match(note, /no connection/);
  return note;
}

describe('a bridge that cannot reach Temporal', () => {
  let environment: TestEnvironment;
  let told: ToldEvent[];

  before(async () => {
    environment = await TestEnvironment.create();
  });

  beforeEach(() => {
    told = [];
  });

  after(() => environment.stop());

  async function reconciled(name: string, status?: SeiNodeTaskStatus): Promise<SeiNodeTaskStatus> {
    const { namespace, tasks } = environment;
    const created = await environment.restart(name, 'syncer-0-0');
    const workflowId = workflowIdOf(created.metadata);
    const workflow = { id: workflowId, runId: 'a-run', namespace: 'default' };
    const task =
      status === undefined
        ? created
        : await tasks.patchStatus({ namespace, name }, { status: { ...status, workflow } });
    const workflows = {
      start: () => Promise.reject(new Error('no connection')),
      referenceTo: () => ({ id: workflowId, namespace: 'default' }),
    };
    const events = { record: async ({ reason, note }: ToldEvent) => void told.push({ reason, note }) };
    const reconciler = new TaskReconciler({
      reconcileAfter: ignore,
      tasks,
      statuses: new TaskStatusWriter(tasks),
      events: events as unknown as EventRecorder,
      workflows: workflows as unknown as TaskWorkflows,
      log: noLog,
    });
    await assert.rejects(reconciler.reconcile(workflowId, task), /no connection/);
    return ((await tasks.get(namespace, name)) as SeiNodeTask).status ?? assert.fail('it has no status');
  }

  it('writes that into the status of a task that has no workflow yet', async () => {
    const { step, message = '' } = await reconciled('unstarted');
    assert.equal(step, 'Starting');
    assert.ok(message.startsWith(noteOfTheOnly(told)), message);
    assert.match(message, /no connection\. /);
  });

  it('does not overwrite the step that a running workflow has written', async () => {
    const begun = { phase: 'Running', step: 'Restarting', message: 'seid restarts.' } as const;
    const { step, message } = await reconciled('begun', begun);
    assert.deepEqual({ step, message }, { step: begun.step, message: begun.message });
    noteOfTheOnly(told);
  });
});
