import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { StatusChange } from '../../core/next-status.ts';
import { dispatching } from '../../core/progress.ts';
import { TaskStatusWriter } from '../../kubernetes/task-status-writer.ts';
import { OwnDefinition, schemaOf, type SchemaChange } from '../support/own-definition.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

const executing: StatusChange = {
  step: 'executing',
  progress: dispatching({ kind: 'AwaitCondition', task: { node: { namespace: 'a', name: 'b' } }, payload: {} }),
  targetMessage: 'It is there.',
  taskId: 'id',
  startedAtMs: 0,
};
const outputs = { awaitCondition: { observedValue: 7 } };
const done = 'It is done.';
const finished: StatusChange = {
  step: 'finished',
  verdict: { phase: 'Complete', reason: 'TaskComplete', message: done, outputs },
};

const observedAsText: SchemaChange = ({ status }) => {
  Object.assign(schemaOf(status, 'outputs', 'awaitCondition').properties, { observedValue: { type: 'string' } });
};
const leftOut = (field: string): string => `${done} The cluster's CRD does not take ${field}; it was left out.`;

interface Case {
  readonly change: SchemaChange;
  readonly message: string | undefined;
  readonly conditionMessage: string | undefined;
  readonly outputs: object | undefined;
}

const cases: Readonly<Record<string, Case>> = {
  'takes all of it': { change: () => undefined, message: done, conditionMessage: done, outputs },
  'has another type for an output': {
    change: observedAsText,
    message: leftOut('status.outputs.awaitCondition.observedValue'),
    conditionMessage: leftOut('status.outputs.awaitCondition.observedValue'),
    outputs: { awaitCondition: {} },
  },
  'has another type for an output, and no messages but in conditions': {
    change: (schemas) => {
      observedAsText(schemas);
      for (const field of ['step', 'reason', 'message', 'completedAt', 'duration', 'workflow'])
        delete schemas.status.properties[field];
    },
    message: undefined,
    conditionMessage: leftOut('status.outputs.awaitCondition.observedValue'),
    outputs: { awaitCondition: {} },
  },
  'has no Running for status.task.status': {
    change: ({ status }) => {
      schemaOf(status, 'task', 'status').enum = ['Pending', 'Complete', 'Failed'];
    },
    message: done,
    conditionMessage: done,
    outputs,
  },
  'requires an unknown field next to an output': {
    change: ({ status }) => {
      const schema = schemaOf(status, 'outputs', 'awaitCondition');
      schema.properties['unit'] = { type: 'string' } as typeof schema;
      schema.required = ['unit'];
    },
    message: leftOut('status.outputs.awaitCondition'),
    conditionMessage: leftOut('status.outputs.awaitCondition'),
    outputs: {},
  },
  'takes no such condition': {
    change: ({ status }) => {
      schemaOf(schemaOf(status, 'conditions').items!, 'type').enum = ['TargetReady'];
    },
    message: `${done} The cluster's CRD does not take status.conditions[Ready] and status.conditions[Finished]; they were left out.`,
    conditionMessage: undefined,
    outputs,
  },
};

const withoutComplete: SchemaChange = ({ status }) => {
  schemaOf(status, 'phase').enum = ['Pending', 'Running'];
};

describe('the status of a task on a cluster whose CRD', () => {
  let environment: TestEnvironment;
  let definitions: ReadonlyMap<SchemaChange, OwnDefinition>;

  before(async () => {
    environment = await TestEnvironment.create();
    const changes = [...Object.values(cases).map(({ change }) => change), withoutComplete];
    definitions = new Map(
      await Promise.all(
        changes.map(async (change) => [change, await OwnDefinition.serve(environment, change)] as const),
      ),
    );
  });
  after(() => environment.stop());

  async function written(change: SchemaChange): Promise<SeiNodeTask> {
    const definition = definitions.get(change) ?? assert.fail('not served');
    const spec = {
      kind: 'AwaitCondition',
      target: { nodeRef: { name: 'a' } },
      awaitCondition: { height: { targetHeight: 1 } },
    };
    const { metadata } = await definition.create('task', spec);
    const statuses = new TaskStatusWriter(definition.tasks);
    const write = (changed: StatusChange) => statuses.write({ task: metadata, change: changed, context: { atMs: 0 } });
    const first = await write(executing);
    assert.ok(first.outcome === 'written' && first.object.status?.task?.id === 'id');
    const second = await write(finished);
    assert.ok(second.outcome === 'written');
    return second.object;
  }

  for (const [what, { change, message, conditionMessage, outputs: expected }] of Object.entries(cases)) {
    it(`${what} still has the verdict`, async () => {
      const task = await written(change);
      assert.deepEqual(
        [task.status?.phase, task.status?.message, task.status?.task?.status],
        ['Complete', message, 'Complete'],
      );
      assert.equal(conditionOf(task, 'Ready')?.message, conditionMessage);
      assert.deepEqual(task.status?.outputs, expected);
    });
  }

  it('does not know the phase is refused, and says which field it was', async () => {
    await assert.rejects(written(withoutComplete), {
      code: 'KUBERNETES_INVALID',
      causes: [
        { field: 'status.phase', reason: 'FieldValueNotSupported' },
        { field: '<nil>', reason: 'FieldValueInvalid' },
      ],
    });
  });
});
