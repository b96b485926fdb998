import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { withoutRefused } from '../../core/refused-fields.ts';
import type { Condition, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';

const time = '2026-11-24T00:00:00Z';
const condition = (type: string, message: string): Condition => ({
  type,
  status: 'True',
  reason: 'TaskComplete',
  message,
  observedGeneration: 1,
  lastTransitionTime: time,
});
const finished: SeiNodeTaskStatus = {
  phase: 'Complete',
  message: 'It is done. Requested by kubectl.',
  task: { id: 'id', status: 'Complete', submittedAt: time, executionStartedAt: time },
  outputs: { awaitCondition: { observedValue: 7 } },
  conditions: [condition('TargetReady', 'It is there.'), condition('Ready', 'It is done.')],
};
const running: SeiNodeTaskStatus = {
  ...finished,
  phase: 'Running',
  task: { id: 'id', status: 'Running' },
  conditions: [condition('TargetReady', 'It is there.')],
};

const observedValue = 'status.outputs.awaitCondition.observedValue';
const sentence = (names: string): string =>
  `The cluster's CRD does not take ${names}; ${names.includes(' and ') ? 'they were' : 'it was'} left out.`;

describe('withoutRefused', () => {
  it('leaves out the field that was refused, and says so in the message and in the condition of the end', () => {
    const { outputs, message, conditions, ...rest } = withoutRefused(finished, [[observedValue]]) ?? assert.fail();
    assert.deepEqual(outputs, { awaitCondition: {} });
    assert.equal(message, `${finished.message} ${sentence(observedValue)}`);
    assert.deepEqual(conditions, [
      finished.conditions?.[0],
      condition('Ready', `It is done. ${sentence(observedValue)}`),
    ]);
    const { outputs: _, message: __, conditions: ___, ...same } = finished;
    assert.deepEqual(rest, same);
  });

  it('names what several refusals named, once, up to a bound', () => {
    const refusals = [[observedValue, 'status.task.submittedAt', observedValue], ['status.task.executionStartedAt']];
    const names = `${observedValue}, status.task.submittedAt and status.task.executionStartedAt`;
    assert.equal(withoutRefused(finished, refusals)?.message, `${finished.message} ${sentence(names)}`);
    const many = Array.from({ length: 50 }, (_, index) => [`f${index}`, index] as const);
    const paths = many.map(([name]) => `status.outputs.${name}`);
    const message =
      withoutRefused({ ...finished, outputs: Object.fromEntries(many) as object }, [paths])?.message ?? '';
    assert.ok(
      message.endsWith(sentence('status.outputs.f0, status.outputs.f1, status.outputs.f2 and 47 more')),
      message,
    );
  });

  it('says nothing of it where there is no message', () => {
    const { message: _, ...accepted } = running;
    assert.ok(!('message' in (withoutRefused(accepted, [['status.outputs']]) ?? assert.fail())));
  });

  it('leaves out what cannot do without the field that was left out before', () => {
    const left = withoutRefused(finished, [['status.task.id'], ['status.task.id']]);
    assert.ok(left !== undefined && !('task' in left));
    assert.equal(left.message, `${finished.message} ${sentence('status.task')}`);
    const conditions = withoutRefused(finished, [['status.conditions[1].reason']])?.conditions;
    assert.deepEqual(conditions, [finished.conditions?.[0]]);
  });

  it('names a condition by its type, since its place is nothing that anybody knows', () => {
    const message =
      withoutRefused(finished, [['status.conditions[0].observedGeneration', 'status.conditions[1].reason']])?.message ??
      '';
    assert.ok(
      message.endsWith(sentence('status.conditions[TargetReady].observedGeneration and status.conditions[Ready]')),
      message,
    );
  });

  it('leaves out several conditions at once', () => {
    assert.deepEqual(withoutRefused(finished, [['status.conditions[0]', 'status.conditions[1]']])?.conditions, []);
  });

  it('writes Pending for the Running that the CRD as first published does not know, and has left nothing out then', () => {
    const refused = 'status.task.status';
    assert.deepEqual(withoutRefused(running, [[refused]]), { ...running, task: { id: 'id', status: 'Pending' } });
    const rest = withoutRefused(running, [[refused], [refused], [refused]]);
    assert.ok(rest !== undefined && !('task' in rest));
  });

  it('gives up where nothing can be left out: the phase is what a status is for', () => {
    const hopeless = [
      ['status.phase'],
      ['status.phase', observedValue],
      [],
      ['<nil>'],
      ['spec.kind'],
      ['status'],
      ['status.neverHeardOf'],
      ['metadata.name'],
    ];
    for (const fields of hopeless) assert.equal(withoutRefused(finished, [fields]), undefined, fields.join());
    assert.ok(withoutRefused(finished, [['<nil>', 'status.neverHeardOf', observedValue]]));
  });

  it('leaves out exactly what was refused, whatever that is', () => {
    const paths = [
      'message',
      'task.submittedAt',
      'task.executionStartedAt',
      'outputs.awaitCondition.observedValue',
      'conditions[0].observedGeneration',
      'conditions[1].observedGeneration',
    ];
    fc.assert(
      fc.property(fc.subarray(paths, { minLength: 1 }), (refused) => {
        const left = withoutRefused(finished, [refused.map((path) => `status.${path}`)]);
        const kept = paths.filter((path) => valueAt(left, path) !== undefined);
        assert.deepEqual(
          kept,
          paths.filter((path) => !refused.includes(path)),
        );
      }),
    );
  });
});

function valueAt(status: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], status);
}
