import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import type { PollRequest } from '../../core/activities.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { requestsOf } from '../support/requests-of.ts';
import { scheduledActivities, scheduledActivity } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

const TIMEOUT_SECONDS = 3;

describe('RestartSeid that cannot succeed', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  describe('because seid ignores SIGTERM', () => {
    let node: SimulatedNode;
    let pid: number;
    let task: SeiNodeTask;
    let words: string;

    before(async () => {
      node = await environment.addNode('stubborn', { faults: { ignoreSigterm: true } });
      assert.ok(node.seidPid !== undefined);
      pid = node.seidPid;
      words = `seid pid ${pid} still alive 1s after SIGTERM; leaving it running (not force-killing a validator mid-commit)`;
      await environment.restart('stubborn', 'stubborn');
      task = await environment.finished('stubborn');
    });

    it('fails and quotes the sidecar', () => {
      assertFailed(task, 'TaskFailed');
      assert.equal(task.status?.task?.status, 'Failed');
      assert.equal(task.status?.task?.err, words);
      const message = task.status?.conditions?.find(({ type }) => type === 'Failed')?.message;
      assert.ok(message?.includes(words), message);
    });

    it('never kills: the same process runs, and got one SIGTERM', () => {
      assert.equal(node.seidPid, pid);
      assert.ok(process.kill(pid, 0));
      assert.deepEqual(node.pastSeidPids, []);
      assert.equal(node.sigtermsReceived, 1);
      assert.equal(requestsOf(node, 'POST').length, 1);
    });

    it('fails its workflow, with the outcome in the details', async () => {
      const failure = await workflowFailure(environment.workflowOf(task));
      assert.ok(failure instanceof ApplicationFailure);
      assert.equal(failure.type, 'TaskFailed');
      assert.equal(failure.nonRetryable, true);
      const [outcome] = failure.details as [TaskOutcome];
      assert.deepEqual(outcome.verdict.phase === 'Failed' && outcome.verdict.sidecarError, words);
      assert.equal(outcome.taskId, task.status?.task?.id);
    });

    it('ends `kubectl wait --for=condition=Failed` and records a Warning', async () => {
      await workflowFailure(environment.workflowOf(task));
      const selector = `involvedObject.uid=${task.metadata.uid}`;
      const [wait, events] = await Promise.all([
        environment.kubectl(['wait', '--for=condition=Failed', '--timeout=30s', 'snt/stubborn']),
        environment.kubectl(['get', 'events', '--field-selector', selector, '--output', 'json']),
      ]);
      assert.equal(wait.code, 0, wait.stderr);
      const { items } = JSON.parse(events.stdout) as { items: { type: string; reason: string; message: string }[] };
      const warnings = items.filter(({ type }) => type === 'Warning');
      assert.deepEqual(
        warnings.map(({ reason }) => reason),
        ['TaskFailed'],
      );
      assert.ok(warnings[0]?.message.includes(words));
    });
  });

  describe('because seid never serves again', () => {
    let node: SimulatedNode;
    let task: SeiNodeTask;

    before(async () => {
      node = await environment.addNode('never-boots');
      node.setFaults({ neverBoot: true });
      await environment.restart('never-boots', 'never-boots', { timeoutSeconds: TIMEOUT_SECONDS });
      task = await environment.finished('never-boots');
    });

    it('fails with Timeout, not before the deadline', () => {
      assertFailed(task, 'Timeout', 'over', { time: ` after ${TIMEOUT_SECONDS}s`, whereabouts: 'running' });
      const began = Date.parse(task.status?.task?.executionStartedAt ?? '');
      const ended = Date.parse(task.status?.phaseTransitionTime ?? '');
      assert.ok(ended - began >= TIMEOUT_SECONDS * 1000, `${ended - began} ms`);
      assert.equal(task.status?.task?.status, 'Failed');
      assert.equal(node.sigtermsReceived, 1);
    });

    it('asks the sidecar once more after the deadline', async () => {
      const workflow = environment.workflowOf(task);
      const names = (await scheduledActivities(workflow)).map(({ name }) => name);
      assert.deepEqual(names.slice(names.indexOf('pollTask')), ['pollTask', 'mirrorStatus']);
      const { scheduledAtMs, input } = await scheduledActivity(workflow, 'pollTask');
      const deadlineMs = scheduledAtMs + ((input as PollRequest).remainingMs ?? assert.fail('it has no deadline'));
      const lastLook = requestsOf(node, 'GET').findLast(({ path }) => path.startsWith('/v0/tasks/'));
      assert.ok(lastLook !== undefined && lastLook.at >= deadlineMs - 50, `${lastLook?.at} for ${deadlineMs}`);
    });

    it('fails its workflow with type Timeout', async () => {
      const failure = await workflowFailure(environment.workflowOf(task));
      assert.ok(failure instanceof ApplicationFailure);
      assert.equal(failure.type, 'Timeout');
    });
  });

  it('treats the refusal of a sidecar that does not know the task type as final', async () => {
    const node = await environment.addNode('old-sidecar', {
      faults: { answerStatus: { method: 'POST', status: 400, error: 'unknown task type: restart-seid' } },
    });
    await environment.restart('old-sidecar', 'old-sidecar');
    const task = await environment.finished('old-sidecar');
    assertFailed(task, 'TaskTerminalError', 'refused', { quote: /^unknown task type: restart-seid/ });
    assert.equal(task.status?.task?.err, 'unknown task type: restart-seid');
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 0);
  });
});
