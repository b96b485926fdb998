import { z } from 'zod';
import { SEI_NODE, SEI_NODE_RUNBOOK, SEI_NODE_TASK } from './resources.ts';
import { seiNodePhases } from './phases.ts';
import { runbookSpecSchema, runbookStatusSchema } from './sei-node-runbook.ts';
import { specSchema, statusSchema } from './sei-node-task.ts';

type JsonObject = Record<string, unknown>;

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  /** Above 0 = only with `-o wide`. */
  readonly priority?: number;
  readonly description?: string;
}

/** The first four are the contract's, in its order; ours come after them. */
const taskColumns: readonly PrinterColumn[] = [
  { name: 'Kind', type: 'string', jsonPath: '.spec.kind' },
  { name: 'Target', type: 'string', jsonPath: '.spec.target.nodeRef.name' },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Reason', type: 'string', jsonPath: '.status.reason' },
  { name: 'Duration', type: 'string', jsonPath: '.status.duration' },
  { name: 'Step', type: 'string', jsonPath: '.status.step', priority: 1 },
  { name: 'Workflow', type: 'string', jsonPath: '.status.workflow.id', priority: 1 },
  { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
];

const runbookColumns: readonly PrinterColumn[] = [
  { name: 'Kind', type: 'string', jsonPath: '.spec.kind' },
  { name: 'Chain', type: 'string', jsonPath: '.spec.chainId' },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Progress', type: 'string', jsonPath: '.status.progress' },
  { name: 'Current', type: 'string', jsonPath: '.status.current' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Reason', type: 'string', jsonPath: '.status.reason', priority: 1 },
  { name: 'Completion', type: 'date', jsonPath: '.status.estimatedCompletion', priority: 1 },
  { name: 'Workflow', type: 'string', jsonPath: '.status.workflow.id', priority: 1 },
  { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
];

/** Keywords that a structural schema may hold; anything else would be refused or, worse, dropped in silence. */
const refusedKeywords = ['$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'const', 'if'];

/**
 * Checks what zod wrote against the rules for structural schemas.
 *
 * @throws Error naming the path of a keyword that the API server would not take.
 */
function assertStructural(schema: unknown, path: string): void {
  if (Array.isArray(schema)) {
    schema.forEach((item, index) => assertStructural(item, `${path}[${index}]`));
    return;
  }
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    // A value, not a schema, unless it is a field of that name.
    if (key === 'default' && !path.endsWith('.properties')) continue;
    const problem = keywordProblem(key, value);
    if (problem !== undefined) throw new Error(`${path}.${key}: ${problem}`);
    assertStructural(value, `${path}.${key}`);
  }
}

function keywordProblem(key: string, value: unknown): string | undefined {
  if (refusedKeywords.includes(key)) return 'not allowed in a structural schema';
  if (key === 'additionalProperties' && value === false) return 'false would refuse every field';
  if (key === 'pattern' && String(value).includes('(?')) return 'RE2 has no lookaround';
  return isEmptyObject(value) ? 'an empty schema keeps nothing' : undefined;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function openApiSchema(schema: z.ZodType, path: string): JsonObject {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // zod bounds every integer by what JavaScript holds exactly; the API's own bound is its format.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (isEmptyObject(jsonSchema.properties)) delete jsonSchema.properties;
    },
  }) as JsonObject;
  assertStructural(json, path);
  return json;
}

function definition(
  resource: typeof SEI_NODE_TASK | typeof SEI_NODE_RUNBOOK | typeof SEI_NODE,
  names: JsonObject,
  version: JsonObject,
): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${resource.plural}.${resource.group}` },
    spec: {
      group: resource.group,
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular: resource.kind.toLowerCase(),
        ...names,
      },
      scope: 'Namespaced',
      versions: [{ name: resource.version, served: true, storage: true, subresources: { status: {} }, ...version }],
    },
  };
}

function objectSchema(description: string, properties: JsonObject): JsonObject {
  return {
    openAPIV3Schema: {
      type: 'object',
      description,
      required: ['spec'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { type: 'object' },
        ...properties,
      },
    },
  };
}

/** The CustomResourceDefinition of SeiNodeTask, with the CEL rules of the contract. */
export function seiNodeTaskDefinition(): JsonObject {
  return definition(
    SEI_NODE_TASK,
    { shortNames: ['snt'], categories: ['sei'] },
    {
      additionalPrinterColumns: taskColumns,
      schema: objectSchema('One operation on one Sei node, carried out once.', {
        spec: openApiSchema(specSchema, 'spec'),
        status: openApiSchema(statusSchema, 'status'),
      }),
    },
  );
}

/** The CustomResourceDefinition of SeiNodeRunbook. */
export function seiNodeRunbookDefinition(): JsonObject {
  return definition(
    SEI_NODE_RUNBOOK,
    { shortNames: ['snr'], categories: ['sei'] },
    {
      additionalPrinterColumns: runbookColumns,
      schema: objectSchema('An operation on several Sei nodes of one chain, one after the other.', {
        spec: openApiSchema(runbookSpecSchema, 'spec'),
        status: openApiSchema(runbookStatusSchema, 'status'),
      }),
    },
  );
}

/**
 * A stand-in for the CustomResourceDefinition of SeiNode, for local clusters only: the real one belongs to the
 * controller that owns SeiNodes, and must never be replaced by this.
 */
export function localSeiNodeDefinition(): JsonObject {
  return definition(
    SEI_NODE,
    { shortNames: ['sn'], categories: ['sei'] },
    {
      additionalPrinterColumns: [
        { name: 'Chain', type: 'string', jsonPath: '.spec.chainId' },
        { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      schema: objectSchema('A Sei node; local stand-in.', {
        spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        status: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { phase: { type: 'string', enum: [...seiNodePhases] } },
        },
      }),
    },
  );
}
