import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { kindOf, nodeNameOf, taskInputOf } from '../../api/temporal/task-input.ts';
import { parseWorkflowId, workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { planTask } from '../../core/task-plan.ts';
import { planner } from '../core/planner.ts';
import { codePoint } from '../support/code-point.ts';

function resource(spec?: Record<string, unknown>): SeiNodeTask {
  return {
    metadata: { name: 'restart-1', namespace: 'arctic-1', uid: 'u', resourceVersion: '1' },
    ...(spec === undefined ? {} : { spec }),
  };
}

function begunOfTask(task: NonNullable<SeiNodeTask['status']>['task']) {
  return taskInputOf({ ...resource({ kind: 'RestartSeid' }), status: { phase: 'Running', task } }).begun;
}

describe('workflow ids', () => {
  it('read as namespace, name and uid', () => {
    assert.equal(
      workflowIdOf({ namespace: 'arctic-1', name: 'restart-1', uid: '6d0f' }),
      'seinodetask/arctic-1/restart-1/6d0f',
    );
  });

  it('come back as what they were made of', () => {
    const part = fc.string({ unit: codePoint, minLength: 1 }).filter((text) => !/[/\n]/.test(text));
    fc.assert(
      fc.property(fc.record({ namespace: part, name: part, uid: part }, { noNullPrototype: true }), (metadata) => {
        assert.deepEqual(parseWorkflowId(workflowIdOf(metadata)), metadata);
      }),
    );
  });

  it('are not mistaken for others', () => {
    const others = [
      '',
      'seinodetask/a/b',
      'seinodetask/a/b/c/d',
      'seinodetask//b/c',
      'other/a/b/c',
      'x-seinodetask/a/b/c',
      'runbook/restart',
    ];
    for (const id of others) assert.equal(parseWorkflowId(id), undefined);
  });
});

describe('taskInputOf', () => {
  it('takes the payload that the kind names, and the target', () => {
    const target = { nodeRef: { name: 'syncer-0-0' }, requirePhase: 'Failed', requirePhaseTimeout: '90s' };
    const task = resource({
      kind: 'AwaitNodesAtHeight',
      target,
      timeoutSeconds: 9,
      awaitNodesAtHeight: { targetHeight: 5 },
      restartSeid: {},
    });
    assert.deepEqual(taskInputOf(task), {
      node: { namespace: 'arctic-1', name: 'syncer-0-0' },
      payload: { targetHeight: 5 },
      requirePhase: 'Failed',
      requirePhaseTimeout: '90s',
      timeoutSeconds: 9,
      mirrorTo: { namespace: 'arctic-1', name: 'restart-1', uid: 'u' },
    });
  });

  it('tells which generation of the spec it was made from, and what had happened to the resource before', () => {
    const { metadata, ...rest } = resource({
      kind: 'RestartSeid',
      target: { nodeRef: { name: 'syncer-0-0' } },
      restartSeid: {},
    });
    const annotations = { 'sei.io/cancel': 'wrong node' };
    const input = taskInputOf({
      ...rest,
      metadata: { ...metadata, generation: 4, annotations },
      status: { targetFirstObservedAt: '2026-11-24T00:00:00Z' },
    });
    assert.deepEqual(
      [input.generation, input.waitingSince, input.cancelled, input.begun],
      [4, '2026-11-24T00:00:00Z', 'wrong node', undefined],
    );
  });

  it('takes a task that was begun before for accepted only when submittedAt says so', () => {
    const begun = { id: 'id', status: 'Running', executionStartedAt: '2026-11-24T00:00:00Z' } as const;
    assert.deepEqual(begunOfTask(begun), { taskId: 'id', executionStartedAt: '2026-11-24T00:00:00Z', accepted: false });
    assert.deepEqual(begunOfTask({ ...begun, submittedAt: '2026-11-24T00:00:01Z' }), {
      taskId: 'id',
      executionStartedAt: '2026-11-24T00:00:00Z',
      accepted: true,
    });
    assert.deepEqual(begunOfTask({ id: 'id', status: 'Pending' }), { taskId: 'id', accepted: false });
    assert.equal(begunOfTask(undefined), undefined);
  });

  it('leads any spec that slipped past admission to a plan or a verdict', () => {
    const spec = fc.dictionary(
      fc.constantFrom('kind', 'target', 'restartSeid', 'timeoutSeconds', 'other'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.option(spec, { nil: undefined }), (fields) => {
        const task = resource(fields);
        assert.equal(typeof nodeNameOf(task), 'string');
        const planned = planTask(kindOf(task), taskInputOf(task), planner);
        assert.ok('plan' in planned || planned.verdict.phase === 'Failed');
      }),
    );
  });
});
