import { randomBytes } from 'node:crypto';
import { seiNodeTaskDefinition } from '../../api/custom-resource-definition.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { resourcePath } from '../../kubernetes/resource-path.ts';
import { eventually } from './eventually.ts';
import type { TestEnvironment } from './test-environment.ts';

export interface Schema {
  type?: string;
  enum?: string[];
  maxLength?: number;
  required?: string[];
  items?: Schema;
  properties: Record<string, Schema>;
  'x-kubernetes-validations'?: unknown;
}

/** Changes the schemas of spec and status in place. */
export type SchemaChange = (schemas: { readonly spec: Schema; readonly status: Schema }) => void;

interface Definition {
  metadata: { name: string };
  spec: {
    group: string;
    names: { shortNames?: unknown; categories?: unknown };
    versions: [{ schema: { openAPIV3Schema: Schema } }];
  };
}

const DEFINITIONS = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };

/**
 * A changed CRD of SeiNodeTask, under a group of its own, so that no other test meets it. It goes with the environment.
 */
export class OwnDefinition {
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly #environment: TestEnvironment;
  readonly #group = `own-${randomBytes(5).toString('hex')}.test`;

  private constructor(environment: TestEnvironment) {
    this.#environment = environment;
    this.tasks = new ResourceClient<SeiNodeTask>(environment.admin, {
      group: this.#group,
      version: 'v1alpha1',
      plural: 'seinodetasks',
    });
  }

  /** Waits until it is served. */
  static async serve(environment: TestEnvironment, change: SchemaChange): Promise<OwnDefinition> {
    const definition = new OwnDefinition(environment);
    await definition.apply(change);
    environment.added.defer(() =>
      new ResourceClient(environment.admin, DEFINITIONS).delete(undefined, definition.#name),
    );
    await eventually(`${definition.#name} is served`, async () => {
      await definition.tasks.listPage({ limit: 1 });
      return true;
    });
    return definition;
  }

  get #name(): string {
    return `seinodetasks.${this.#group}`;
  }

  /** Replaces it; the API server takes a moment to go by it. */
  async apply(change: SchemaChange): Promise<void> {
    const body = structuredClone(seiNodeTaskDefinition()) as unknown as Definition;
    body.metadata.name = this.#name;
    body.spec.group = this.#group;
    delete body.spec.names.shortNames;
    delete body.spec.names.categories;
    const { spec, status } = body.spec.versions[0].schema.openAPIV3Schema.properties;
    if (spec === undefined || status === undefined) throw new Error('the CRD has no spec or no status');
    change({ spec, status });
    const path = resourcePath(DEFINITIONS, { namespace: undefined, name: this.#name });
    const query = { fieldManager: 'test', force: true };
    await this.#environment.admin.request({
      method: 'PATCH',
      path,
      query,
      contentType: 'application/apply-patch+yaml',
      body,
    });
  }

  async create(name: string, spec: object): Promise<SeiNodeTask> {
    return await this.tasks.create(this.#environment.namespace, {
      apiVersion: `${this.#group}/v1alpha1`,
      kind: 'SeiNodeTask',
      metadata: { name },
      spec,
    });
  }
}

/** The schema of a field, from `spec` or `status` down. */
export function schemaOf(schema: Schema, ...path: readonly string[]): Schema {
  return path.reduce((parent, name) => {
    const child = parent.properties[name];
    if (child === undefined) throw new Error(`the CRD has no field ${path.join('.')}`);
    return child;
  }, schema);
}
