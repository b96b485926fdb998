import assert from 'node:assert/strict';
import type { WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter, defineSearchAttributeKey } from '@temporalio/common';
import type { PollHeartbeat, PollRequest } from '../../core/activities.ts';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
import { TaskWatch } from '../../dev/task-watch.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { scheduledActivity } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
/** Design §4. */
const MOST_STATUS_WRITES = 3;
const MOST_HISTORY_EVENTS = 32;

describe('RestartSeid', () => {
  let environment: TestEnvironment;
  let node: SimulatedNode;
  let initial: { pid: number | undefined; sidecarStartedAt: string | undefined };
  let task: SeiNodeTask;
  let workflow: WorkflowHandle;
  let written: readonly SeiNodeTaskStatus[];

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    const watch = environment.added.use(await TaskWatch.start(environment.admin, environment.namespace));
    written = watch.statusesOf('happy');
    node = await environment.addNode('happy');
    initial = { pid: node.seidPid, sidecarStartedAt: node.sidecar.startedAt };
    await environment.restart('happy', 'happy');
    task = await environment.finished('happy');
    workflow = environment.workflowOf(task);
    await workflow.result();
    await eventually('the watch sees the end', () => written.at(-1)?.phase === 'Complete');
  });

  after(() => environment.stop());

  it('restarts the seid process once, in place, and does nothing to the sidecar', () => {
    assertComplete(task);
    assert.notEqual(node.seidPid, initial.pid);
    assert.deepEqual(node.pastSeidPids, [initial.pid]);
    assert.equal(node.sigtermsReceived, 1);
    assert.equal(node.sidecar.startedAt, initial.sidecarStartedAt);
  });

  it('sends the task once, under the id that the contract derives from the uid', () => {
    const id = expectedTaskId(task.metadata.uid, 'RestartSeid');
    assert.deepEqual(
      requestsOf(node, 'POST').map(({ body, status }) => ({ body: JSON.parse(body), status })),
      [{ body: { id, type: 'restart-seid' }, status: 201 }],
    );
    assert.equal(task.status?.task?.id, id);
  });

  it('leaves a complete status, with times in whole seconds', () => {
    assert.ok(task.status);
    const { startedAt, phaseTransitionTime, observedGeneration, conditions = [] } = task.status;
    const { executionStartedAt, submittedAt, ...sidecarTask } = task.status.task ?? {};
    assert.deepEqual(sidecarTask, { id: expectedTaskId(task.metadata.uid, 'RestartSeid'), status: 'Complete' });
    for (const time of [startedAt, executionStartedAt, submittedAt, phaseTransitionTime])
      assert.match(String(time), WHOLE_SECONDS);
    assert.ok(String(startedAt) <= String(executionStartedAt));
    assert.deepEqual(Object.keys(task.status).toSorted(), [
      'completedAt',
      'conditions',
      'duration',
      'message',
      'observedGeneration',
      'phase',
      'phaseTransitionTime',
      'reason',
      'startedAt',
      'task',
      'workflow',
    ]);
    assert.deepEqual(
      conditions.map(({ type, status, reason }) => [type, status, reason]),
      [
        ['TargetReady', 'True', 'PhaseMet'],
        ['Ready', 'True', 'TaskComplete'],
        ['Finished', 'True', 'TaskComplete'],
      ],
    );
    const generations = [observedGeneration, ...conditions.map((condition) => condition.observedGeneration)];
    assert.deepEqual(new Set(generations), new Set([task.metadata.generation]));
  });

  it('writes the task before it sends it, in few writes that never go backwards', () => {
    assert.ok(written.length <= MOST_STATUS_WRITES, `${written.length} writes`);
    assert.deepEqual([...new Set(written.map(({ phase }) => phase))], ['Running', 'Complete']);
    const running = written.find(({ phase }) => phase === 'Running');
    assert.deepEqual([running?.task?.id, running?.task?.status], [task.status?.task?.id, 'Running']);
  });

  it('completes its workflow with a typed outcome and a short history', async () => {
    const { verdict, taskId, node: target }: TaskOutcome = await workflow.result();
    assert.equal((await workflow.describe()).status.name, 'COMPLETED');
    assert.deepEqual([verdict.phase, verdict.reason], ['Complete', 'TaskComplete']);
    assert.equal(taskId, task.status?.task?.id);
    assert.deepEqual(target, { namespace: environment.namespace, name: 'happy' });
    const { events = [] } = await workflow.fetchHistory();
    assert.ok((events?.length ?? 0) <= MOST_HISTORY_EVENTS, `${events?.length} events`);
  });

  it('gives the sidecar 10 minutes when the task names no timeout', async () => {
    const poll = await scheduledActivity(workflow, 'pollTask');
    const { waitedMs, remainingMs = Number.NaN } = poll.input as PollRequest;
    assert.equal(waitedMs + remainingMs, 600_000);
    // The activity ends itself at the deadline, after a last check.
    assert.equal(Math.round(poll.scheduleToCloseSeconds * 1_000), Math.round(remainingMs) + 30_000);
  });

  it('is found in Temporal by node, namespace, kind and outcome', async () => {
    const query =
      `SeiNode = 'happy' AND SeiNamespace = '${environment.namespace}' AND SeiTaskKind = 'RestartSeid' ` +
      `AND SeiTaskOutcome = 'TaskComplete' AND ExecutionStatus = 'Completed'`;
    const found = await eventually('the workflow is listed', async () => {
      const listed: WorkflowExecutionInfo[] = [];
      for await (const info of environment.temporal.workflow.list({ query })) listed.push(info);
      return listed.length > 0 && listed;
    });
    assert.deepEqual(
      found.map(({ workflowId, type }) => [workflowId, type]),
      [[workflow.workflowId, 'RestartSeid']],
    );
    assert.ok(found[0]?.typedSearchAttributes.get(defineSearchAttributeKey('SeiCluster', 'KEYWORD')));
    assert.equal(task.status?.workflow?.id, workflow.workflowId);
    assert.equal(workflow.workflowId, `seinodetask/${environment.namespace}/happy/${task.metadata.uid}`);
  });

  it('ends `kubectl wait --for=condition=Ready`, and is readable in get and describe', async () => {
    const [wait, get, description] = await Promise.all([
      environment.kubectl(['wait', '--for=condition=Ready', '--timeout=30s', 'snt/happy']),
      environment.kubectl(['get', 'snt', '--no-headers']),
      environment.kubectl(['describe', 'snt', 'happy']),
    ]);
    assert.equal(wait.code, 0, wait.stderr);
    assert.match(get.stdout, /^happy +RestartSeid +happy +Complete +\d+m?s/);
    assert.match(description.stdout, /Normal +TaskComplete +\S+ +sei\S* +\S.*\/happy /);
  });

  it('shows a running restart as a pending poll with its state', async () => {
    const held = await environment.addNode('held', { faults: { slowStopMs: 600_000 }, restartGraceMs: 600_000 });
    const running = await environment.restart('held', 'held');
    const details = await eventually('a poll has reported', async () => {
      const { raw } = await environment.workflowOf(running).describe();
      const poll = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'pollTask');
      const [payload] = poll?.heartbeatDetails?.payloads ?? [];
      return payload && defaultPayloadConverter.fromPayload<PollHeartbeat>(payload);
    });
    assert.equal(details.taskId, expectedTaskId(running.metadata.uid, 'RestartSeid'));
    assert.deepEqual([details.sent, details.seen], ['yes', 'running']);
    assert.ok(details.polls >= 1);
    assert.equal((await environment.tasks.get(environment.namespace, 'held'))?.status?.phase, 'Running');
    assert.equal(held.sigtermsReceived, 1);
  });
});
