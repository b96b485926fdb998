import assert from 'node:assert/strict';
import { seiNodeTaskDefinition } from '../../api/custom-resource-definition.ts';

type GoType = 'string' | 'int64' | 'uint64' | 'metav1.Time';

/**
 * The Go types that status decodes into in the Go controller, at its #389 and at 2d670ad, `[]` for the elements of a
 * list. It decodes whole lists: one field of another JSON type, in one resource, stops it for all of them.
 */
const goTypes: Readonly<Record<string, GoType>> = {
  observedGeneration: 'int64',
  phase: 'string',
  startedAt: 'metav1.Time',
  targetFirstObservedAt: 'metav1.Time',
  phaseTransitionTime: 'metav1.Time',
  'task.id': 'string',
  'task.status': 'string',
  'task.err': 'string',
  'task.submittedAt': 'metav1.Time',
  'task.executionStartedAt': 'metav1.Time',
  'outputs.govSoftwareUpgrade.txHash': 'string',
  'outputs.govSoftwareUpgrade.height': 'int64',
  'outputs.govSoftwareUpgrade.proposalId': 'uint64',
  'outputs.govVote.txHash': 'string',
  'outputs.govVote.height': 'int64',
  'outputs.govParamChange.txHash': 'string',
  'outputs.govParamChange.height': 'int64',
  'outputs.govParamChange.proposalId': 'uint64',
  'outputs.awaitCondition.observedValue': 'int64',
  'outputs.awaitNodesAtHeight.currentHeight': 'int64',
  'outputs.updateNodeImage.appliedImage': 'string',
  'conditions[].type': 'string',
  'conditions[].status': 'string',
  'conditions[].observedGeneration': 'int64',
  'conditions[].lastTransitionTime': 'metav1.Time',
  'conditions[].reason': 'string',
  'conditions[].message': 'string',
};

/** What Go ignores, since it declares no such field. */
const additions = [
  'step',
  'reason',
  'message',
  'completedAt',
  'duration',
  'workflow.id',
  'workflow.runId',
  'workflow.namespace',
  'workflow.url',
  'outputs.govVote.proposalId',
];

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Whether every value that the schema admits decodes into the Go type. */
const fits: Readonly<Record<GoType, (schema: Schema) => boolean>> = {
  string: ({ type }) => type === 'string',
  int64: ({ type, format }) => type === 'integer' && format === 'int64',
  uint64: ({ type, format, minimum = -1 }) => type === 'integer' && format === 'int64' && minimum >= 0,
  'metav1.Time': ({ type, format }) => type === 'string' && format === 'date-time',
};

function leavesOf(schema: Schema, path: string): [path: string, schema: Schema][] {
  if (schema.items !== undefined) return leavesOf(schema.items, `${path}[]`);
  if (schema.properties === undefined) return [[path, schema]];
  return Object.entries(schema.properties).flatMap(([name, property]) =>
    leavesOf(property, path === '' ? name : `${path}.${name}`),
  );
}

function statusSchema(): Schema {
  const { spec } = seiNodeTaskDefinition() as { spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] } };
  return spec.versions[0].schema.openAPIV3Schema.properties?.['status'] ?? assert.fail('no status');
}

describe('the status that the CRD admits', () => {
  const leaves = new Map(leavesOf(statusSchema(), ''));

  for (const [path, goType] of Object.entries(goTypes)) {
    it(`decodes into the ${goType} that the Go controller has for ${path}`, () => {
      const schema = leaves.get(path) ?? assert.fail('not in the CRD');
      assert.ok(fits[goType](schema), JSON.stringify(schema));
    });
  }

  it('has nothing else, except the known additions', () => {
    const others = [...leaves.keys()].filter((path) => !(path in goTypes));
    assert.deepEqual(others.toSorted(), additions.toSorted());
  });
});
