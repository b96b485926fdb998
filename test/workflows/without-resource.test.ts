import assert from 'node:assert/strict';
import { CancelledFailure, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, ChildWorkflowFailure, defineSearchAttributeKey } from '@temporalio/common';
import type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

async function attributesOf(handle: WorkflowHandle): Promise<unknown[]> {
  const { typedSearchAttributes } = await handle.describe();
  return ['SeiNamespace', 'SeiNode', 'SeiTaskKind', 'SeiTaskOutcome'].map((name) =>
    typedSearchAttributes.get(defineSearchAttributeKey(name, 'KEYWORD')),
  );
}

function typesOf(node: SimulatedNode): string[] {
  return node.tasks.map(({ type }) => type).toReversed();
}

describe('a run without a resource', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  function start(workflowType: string, workflowId: string, input: object) {
    return environment.temporal.workflow.start(workflowType, {
      workflowId: `${environment.namespace}/${workflowId}`,
      taskQueue: environment.namespace,
      args: [input],
    });
  }

  function restart(workflowId: string, node: SimulatedNode, more: object = {}) {
    const { namespace, name } = node;
    return start('RestartSeid', workflowId, { node: { namespace, name }, payload: {}, ...more });
  }

  async function runbook(node: SimulatedNode) {
    const targetHeight = ((await node.latestHeight()) ?? 0) + 3;
    const input = { node: { namespace: node.namespace, name: node.name }, targetHeight, heightTimeoutSeconds: 60 };
    const handle = await start('RestartThenAwaitHeight', `runbook/${node.name}`, input);
    const [restarting, awaiting] = ['restart', 'await-height'].map((step) =>
      environment.temporal.workflow.getHandle(`${handle.workflowId}/${step}`),
    ) as [WorkflowHandle, WorkflowHandle];
    return { handle, restarting, awaiting, targetHeight };
  }

  it('ends with a typed outcome', async () => {
    const node = await environment.addNode('alone');
    const handle = await restart('alone', node);
    const outcome: TaskOutcome = await handle.result();
    assert.equal(outcome.kind, 'RestartSeid');
    assert.deepEqual(outcome.node, { namespace: environment.namespace, name: 'alone' });
    assert.deepEqual([outcome.verdict.phase, outcome.verdict.reason], ['Complete', 'TaskComplete']);
    assert.equal(outcome.taskId, expectedTaskId(`${handle.workflowId}/${handle.firstExecutionRunId}`, 'RestartSeid'));
    assert.ok(Date.parse(outcome.executionStartedAt ?? '') <= Date.parse(outcome.endedAt));
    assert.equal(node.sigtermsReceived, 1);
  });

  it('under a workflow id that ran before is a separate task', async () => {
    const node = await environment.addNode('again');
    await (await restart('again', node)).result();
    await (await restart('again', node)).result();
    const ids = node.tasks.map(({ id, run }) => `${id} ${run}`);
    assert.equal(new Set(ids).size, 2);
    assert.ok(ids.every((id) => id.endsWith(' 1')));
    assert.equal(node.sigtermsReceived, 2);
  });

  it('checks its target too', async () => {
    const node = await environment.addNode('not-running', { phase: 'Pending' });
    const failure = await workflowFailure(await restart('not-running', node, { requirePhaseTimeout: '0s' }));
    assert.ok(failure instanceof ApplicationFailure);
    assert.equal(failure.type, 'TargetResolveFailed');
    assert.deepEqual(node.requests, []);
  });

  describe('as a step of the runbook RestartThenAwaitHeight', () => {
    it('is carried out in its order and found by node, kind and outcome', async () => {
      const node = await environment.addNode('both');
      const { handle, restarting, awaiting, targetHeight } = await runbook(node);
      await handle.result();
      assert.deepEqual(typesOf(node), ['restart-seid', 'await-condition']);
      assert.ok(((await node.latestHeight()) ?? 0) >= targetHeight);
      assert.equal(node.sigtermsReceived, 1);
      const { namespace } = environment;
      assert.deepEqual(await attributesOf(restarting), [namespace, 'both', 'RestartSeid', 'TaskComplete']);
      assert.deepEqual(await attributesOf(awaiting), [namespace, 'both', 'AwaitNodesAtHeight', 'TaskComplete']);
    });

    it('fails the runbook when it fails, and no further step starts', async () => {
      const node = await environment.addNode('stubborn', { faults: { ignoreSigterm: true } });
      const { handle, awaiting, restarting } = await runbook(node);
      const failure = await workflowFailure(handle);
      assert.ok(failure instanceof ChildWorkflowFailure);
      assert.ok(failure.cause instanceof ApplicationFailure);
      assert.equal(failure.cause.type, 'TaskFailed');
      const words = messagePattern('TaskFailed', 'failed', { quote: /still alive 1s after SIGTERM/ });
      assert.match(failure.cause.message, words);
      await assert.rejects(() => awaiting.describe(), WorkflowNotFoundError);
      assert.deepEqual(typesOf(node), ['restart-seid']);
      const { namespace } = environment;
      assert.deepEqual(await attributesOf(restarting), [namespace, 'stubborn', 'RestartSeid', 'TaskFailed']);
    });

    it('is watched to its end when the runbook is cancelled, and no further step starts', async () => {
      const node = await environment.addNode('cancelled');
      const { handle, awaiting, restarting } = await runbook(node);
      node.setFaults({ neverBoot: true });
      await eventually('seid was signalled', () => node.sigtermsReceived === 1);
      await handle.cancel();
      await eventually('the restart was asked to cancel', async () => {
        const { events } = await restarting.fetchHistory();
        return events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes);
      });
      assert.equal((await handle.describe()).status.name, 'RUNNING');
      node.setFaults({});
      assert.ok((await workflowFailure(handle)) instanceof CancelledFailure);
      await assert.rejects(() => awaiting.describe(), WorkflowNotFoundError);
      assert.equal(node.tasks[0]?.status, 'completed');
      assert.equal(node.sigtermsReceived, 1);
    });
  });
});
