import assert from 'node:assert/strict';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { NodePermits } from '../../activities/node-permits.ts';
import { noLog } from '../support/recorded-log.ts';

const { WorkflowExecutionStatus } = proto.temporal.api.enums.v1;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

/** A server with a permit that `holder` has. */
function serverWhere(status: { readonly holder: number; readonly permit?: number }) {
  const ended: string[] = [];
  const workflowService = {
    startWorkflowExecution: async () => {
      if (ended.length > 0) return { runId: 'new' };
      throw Object.assign(new Error('already started'), { code: ALREADY_EXISTS });
    },
    describeWorkflowExecution: async ({ execution }: { execution: { workflowId: string } }) => ({
      workflowExecutionInfo:
        execution.workflowId === 'permit'
          ? {
              status: status.permit ?? WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
              execution: { runId: 'old' },
              memo: { fields: { holder: defaultPayloadConverter.toPayload('holder') } },
            }
          : { status: status.holder },
    }),
    deleteWorkflowExecution: async ({ workflowExecution: { runId } }: { workflowExecution: { runId: string } }) => {
      if (runId !== 'old') throw Object.assign(new Error('not found'), { code: NOT_FOUND });
      ended.push(runId);
    },
  };
  const permits = new NodePermits({ workflowService, options: { namespace: 'n' } } as unknown as Client, noLog);
  return { permits, ended };
}

const CLOSED = ['COMPLETED', 'FAILED', 'CANCELED', 'TERMINATED', 'TIMED_OUT'] as const;
/** A workflow that an operator has paused continues later, and what it has sent continues now. */
const OPEN = ['RUNNING', 'PAUSED', 'UNSPECIFIED', 'CONTINUED_AS_NEW'] as const;

describe('the permit of a holder', () => {
  for (const name of CLOSED) {
    it(`is free for others when the holder is ${name}`, async () => {
      const { permits, ended } = serverWhere({ holder: WorkflowExecutionStatus[`WORKFLOW_EXECUTION_STATUS_${name}`] });
      assert.deepEqual([await permits.acquire('permit', 'other'), ended], [{ runId: 'new' }, ['old']]);
    });
  }

  for (const name of OPEN) {
    it(`is not free when the holder is ${name}`, async () => {
      const { permits, ended } = serverWhere({ holder: WorkflowExecutionStatus[`WORKFLOW_EXECUTION_STATUS_${name}`] });
      const heldBy = { runId: 'old', workflowId: 'holder' };
      assert.deepEqual([await permits.acquire('permit', 'other'), ended], [{ heldBy }, []]);
    });
  }

  it('is held also while the permit itself is paused', async () => {
    const { WORKFLOW_EXECUTION_STATUS_PAUSED: permit, WORKFLOW_EXECUTION_STATUS_RUNNING: holder } =
      WorkflowExecutionStatus;
    const { permits, ended } = serverWhere({ holder, permit });
    assert.ok('heldBy' in (await permits.acquire('permit', 'other')));
    assert.deepEqual(ended, []);
  });

  it('is released also when it has another run than its holder was told last', async () => {
    const { permits, ended } = serverWhere({ holder: WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING });
    await permits.release('permit', 'holder', 'an earlier run');
    assert.deepEqual(ended, ['old']);
  });

  it('is not released by another workflow', async () => {
    const { permits, ended } = serverWhere({ holder: WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING });
    await permits.release('permit', 'other', 'an earlier run');
    assert.deepEqual(ended, []);
  });
});
