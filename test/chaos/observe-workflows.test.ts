import assert from 'node:assert/strict';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';
import { workflowOf } from '../../chaos/observe-workflows.ts';
import type { ObservedWorkflow } from '../../chaos/observations.ts';
import { latestHistory } from '../histories/history-files.ts';

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;
const failedWith = (cause: number, message: string) => ({
  workflowTaskFailedEventAttributes: { cause, failure: { message } },
});

async function observed(course: string): Promise<ObservedWorkflow> {
  const { events } = historyFromJSON(await latestHistory(course));
  return workflowOf('COMPLETED', events ?? []);
}

describe('what a history says of a task', () => {
  it('has what was known at the end, and when it was dispatched', async () => {
    const { knowledge, dispatchedAt = 0, wasTakenOff, errors } = await observed('restart-seid-complete');
    assert.deepEqual(
      { knowledge, wasTakenOff, errors },
      { knowledge: { sent: 'yes', seen: 'completed' }, wasTakenOff: false, errors: [] },
    );
    assert.ok(dispatchedAt > Date.parse('2026-01-01') && dispatchedAt < Date.now());
  });

  it('says that nothing was sent where nothing was dispatched', async () => {
    const { knowledge, dispatchedAt } = await observed('restart-seid-target-missing');
    assert.deepEqual({ knowledge, dispatchedAt }, { knowledge: { sent: 'no' }, dispatchedAt: undefined });
  });

  it('knows a wait that was taken off', async () =>
    assert.equal((await observed('await-nodes-at-height-cancelled')).wasTakenOff, true));

  it('takes a dispatch without a result for one that may have been sent', () => {
    const scheduled = {
      eventId: 5 as never,
      activityTaskScheduledEventAttributes: { activityType: { name: 'dispatchTask' } },
    };
    const timedOut = {
      eventId: 7 as never,
      eventTime: { seconds: 60 as never, nanos: 5_000_000 },
      activityTaskTimedOutEventAttributes: { scheduledEventId: 5 as never },
    };
    const { knowledge, dispatchedAt } = workflowOf('FAILED', [scheduled, timedOut]);
    assert.deepEqual({ knowledge, dispatchedAt }, { knowledge: { sent: 'perhaps' }, dispatchedAt: 60_005 });
  });

  it('tells errors of workflow code from tasks that the server sets up once more', () => {
    const {
      WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND: atTheLastMoment,
      WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR: otherCode,
    } = WorkflowTaskFailedCause;
    const { errors } = workflowOf('RUNNING', [
      failedWith(atTheLastMoment, 'UnhandledCommand'),
      failedWith(otherCode, 'Nondeterminism error'),
    ]);
    assert.deepEqual(errors, ['Nondeterminism error']);
  });
});
