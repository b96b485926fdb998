import { z } from 'zod';
import { printerColumns } from './printer-columns.ts';
import { SEI_NODE, SEI_NODE_RUNBOOK, SEI_NODE_TASK } from './resources.ts';
import { seiNodePhases } from './phases.ts';
import { runbookSpecSchema, runbookStatusSchema } from './sei-node-runbook.ts';
import { specSchema, statusSchema } from './sei-node-task.ts';

type JsonObject = Record<string, unknown>;

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
  schema: JsonObject,
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
      versions: [
        {
          name: resource.version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: printerColumns[resource.kind],
          schema,
        },
      ],
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
    objectSchema('One operation on one Sei node, carried out once.', {
      spec: openApiSchema(specSchema, 'spec'),
      status: openApiSchema(statusSchema, 'status'),
    }),
  );
}

/** The CustomResourceDefinition of SeiNodeRunbook. */
export function seiNodeRunbookDefinition(): JsonObject {
  return definition(
    SEI_NODE_RUNBOOK,
    { shortNames: ['snr'], categories: ['sei'] },
    objectSchema('An operation on several Sei nodes of one chain, one after the other.', {
      spec: openApiSchema(runbookSpecSchema, 'spec'),
      status: openApiSchema(runbookStatusSchema, 'status'),
    }),
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
    objectSchema('A Sei node; local stand-in.', {
      spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      status: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { phase: { type: 'string', enum: [...seiNodePhases] } },
      },
    }),
  );
}
