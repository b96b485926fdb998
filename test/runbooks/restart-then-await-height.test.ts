import assert from 'node:assert/strict';
import { CancelledFailure, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { polledAgain } from '../support/polled-again.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

const nodeOf = ({ namespace, name }: SimulatedNode): { node: object } => ({ node: { namespace, name } });

describe('the runbook RestartThenAwaitHeight', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function start(name: string, input: object): Promise<WorkflowHandle> {
    return await environment.temporal.workflow.start('RestartThenAwaitHeight', {
      workflowId: `${environment.namespace}/runbook/${name}`,
      taskQueue: environment.namespace,
      args: [{ targetHeight: 1, heightTimeoutSeconds: 60, ...input }],
    });
  }

  const childOf = ({ workflowId }: WorkflowHandle, step: string): WorkflowHandle =>
    environment.temporal.workflow.getHandle(`${workflowId}/${step}`);

  const HEIGHT = 'spec.awaitNodesAtHeight.targetHeight';
  /** `field`: unset when the input cannot be read at all. */
  const refused: Readonly<
    Record<string, { readonly input: object; readonly field?: string; readonly problem?: RegExp }>
  > = {
    'a height of 0': { input: { targetHeight: 0 }, field: HEIGHT, problem: /\b0\b/ },
    'a height that is text': {
      input: { targetHeight: '1000' },
      field: HEIGHT,
      problem: /"1000"/,
    },
    'no height': { input: { targetHeight: undefined }, field: HEIGHT },
    'a fraction of a second': { input: { heightTimeoutSeconds: 1.5 }, field: 'spec.timeoutSeconds', problem: /1\.5/ },
    'a name that is none': {
      input: { node: { namespace: 'here', name: 'No/Node' } },
      field: 'spec.target.nodeRef.name',
      problem: /"No\/Node"/,
    },
    'no node': { input: { node: undefined }, problem: /node/ },
  };
  for (const [index, [what, { input, field, problem }]] of Object.entries(refused).entries()) {
    it(`fails before any restart, naming field and value: ${what}`, async () => {
      const node = await environment.addNode(`refused-${index}`);
      const runbook = await start(`refused-${index}`, { ...nodeOf(node), ...input });
      const failure = await workflowFailure(runbook);
      assert.ok(failure instanceof ApplicationFailure, String(failure));
      const [reason, message] =
        field === undefined
          ? (['DeserializeFailed', messagePattern('DeserializeFailed', 'unreadable', { problem })] as const)
          : (['ParamsBuildFailed', messagePattern('ParamsBuildFailed', 'invalid', { field, problem })] as const);
      assert.equal(failure.type, reason, failure.message);
      assert.match(failure.message, message);
      await assert.rejects(() => childOf(runbook, 'restart').describe(), WorkflowNotFoundError);
      assert.deepEqual(node.requests, []);
    });
  }

  const ends: Readonly<Record<string, (runbook: WorkflowHandle) => Promise<unknown>>> = {
    cancelled: (runbook) => runbook.cancel(),
    terminated: (runbook) => runbook.terminate('test'),
  };
  for (const [how, end] of Object.entries(ends)) {
    it(`has its restart watched to its end when it is ${how} during the restart, and blocks the node until then`, async () => {
      const node = await environment.addNode(how);
      node.setFaults({ neverBoot: true });
      const runbook = await start(how, nodeOf(node));
      await eventually('seid was signalled', () => node.sigtermsReceived === 1);
      await end(runbook);
      const restart = childOf(runbook, 'restart');
      await eventually('the restart is asked to cancel', () => wasAskedToCancel(restart));
      await environment.restart(how, how);
      await environment.queued(how);
      await polledAgain(node);
      assert.equal((await restart.describe()).status.name, 'RUNNING');
      assertRestartedOnce(node);

      node.setFaults({});
      assert.ok((await workflowFailure(restart)) instanceof CancelledFailure);
      assert.equal(node.tasks.at(-1)?.status, 'completed');
      assertComplete(await environment.finished(how));
      await workflowFailure(runbook);
      await assert.rejects(() => childOf(runbook, 'await-height').describe(), WorkflowNotFoundError);
      assert.equal(node.sigtermsReceived, 2);
    });
  }
});
