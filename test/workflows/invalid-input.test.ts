import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

interface InvalidInput {
  readonly name: string;
  readonly workflowType?: string;
  /** Added to a readable input. */
  readonly input: Record<string, unknown>;
  /** That the message names. Unset: the input cannot be read at all. */
  readonly field?: string;
  readonly problem?: RegExp;
}

const inputs: readonly InvalidInput[] = [
  { name: 'no payload', input: {}, field: 'spec.restartSeid' },
  {
    name: 'a null payload',
    input: { payload: null },
    field: 'spec.restartSeid',
  },
  {
    name: 'a payload of the wrong type',
    workflowType: 'AwaitNodesAtHeight',
    input: { payload: { targetHeight: 'high' } },
    field: 'spec.awaitNodesAtHeight.targetHeight',
    problem: /"high"/,
  },
  {
    name: 'a negative timeout',
    input: { payload: {}, timeoutSeconds: -1 },
    field: 'spec.timeoutSeconds',
    problem: /-1/,
  },
  {
    name: 'an unknown phase',
    input: { payload: {}, requirePhase: 'Sleeping' },
    field: 'spec.target.requirePhase',
    problem: /"Sleeping"/,
  },
  {
    name: 'a node name that would leave its place in a URL',
    input: { payload: {}, node: { namespace: 'default', name: '../escape' } },
    field: 'spec.target.nodeRef.name',
    problem: /"\.\.\/escape"/,
  },
  {
    name: 'an input without a node',
    input: { node: undefined, payload: {} },
    problem: /^input\.node/,
  },
];

describe('a task workflow that is started past admission', () => {
  let environment: TestEnvironment;
  let node: SimulatedNode;

  before(async () => {
    environment = await TestEnvironment.create();
    // Without a bridge: the resources get the workflows that the tests start, and no others.
    await environment.startService({ ROLE: 'worker' });
    node = await environment.addNode('target');
  });

  after(() => environment.stop());

  inputs.forEach(({ name, workflowType = 'RestartSeid', input, field, problem }, index) => {
    const reason = field === undefined ? 'DeserializeFailed' : 'ParamsBuildFailed';
    it(`ends with ${reason} on ${name}, on the resource and in Temporal`, async () => {
      const { metadata } = await environment.restart(`task-${index}`, 'target');
      const handle = await environment.temporal.workflow.start(workflowType, {
        workflowId: workflowIdOf(metadata),
        taskQueue: environment.namespace,
        args: [{ node: { namespace: environment.namespace, name: 'target' }, mirrorTo: metadata, ...input }],
      });
      const failure = await workflowFailure(handle);
      assert.ok(failure instanceof ApplicationFailure);
      assert.equal(failure.type, reason);
      const task = await environment.finished(`task-${index}`);
      if (field === undefined) assertFailed(task, 'DeserializeFailed', 'unreadable', { problem });
      else assertFailed(task, 'ParamsBuildFailed', 'invalid', { field, problem });
      assert.deepEqual(node.requests, []);
    });
  });

  it('waits for a worker that knows its type, and is not failed by one that does not', async () => {
    const { metadata } = await environment.restart('newer', 'target');
    const handle = await environment.temporal.workflow.start('RestartPod', {
      workflowId: workflowIdOf(metadata),
      taskQueue: environment.namespace,
      args: [{ node: { namespace: environment.namespace, name: 'target' }, mirrorTo: metadata, payload: {} }],
    });
    await eventually('a worker has looked at it in vain', async () => {
      const { events } = await handle.fetchHistory();
      return events?.some(({ workflowTaskFailedEventAttributes: failed }) => failed);
    });
    assert.equal((await handle.describe()).status.name, 'RUNNING');
    assert.equal((await environment.tasks.get(environment.namespace, 'newer'))?.status, undefined);
    await handle.terminate();
  });

  for (const args of [[], [null], ['restart, please']]) {
    it(`ends with DeserializeFailed on the arguments ${JSON.stringify(args)}`, async () => {
      const handle = await environment.temporal.workflow.start('RestartSeid', {
        workflowId: `${environment.namespace}/unreadable/${args.length}-${typeof args[0]}`,
        taskQueue: environment.namespace,
        args,
      });
      const failure = await workflowFailure(handle);
      assert.ok(failure instanceof ApplicationFailure);
      assert.equal(failure.type, 'DeserializeFailed');
    });
  }
});
