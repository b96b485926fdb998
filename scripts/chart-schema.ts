import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { configSchema } from '../worker/config.ts';

const CHART = new URL('../deploy/charts/sei-node-tasks/', import.meta.url);
/** Variables that are not in the table of the configuration. */
const OTHERS = {
  NODE_OPTIONS:
    "Options of Node, in place of the image's `--max-old-space-size=1536 --max-semi-space-size=8`: write both, with other values.",
  HTTPS_PROXY: 'http URL of the proxy for Temporal and the API server. Unset: none.',
  NO_PROXY: 'Hosts, IP addresses and CIDR blocks that are reached without it, separated by commas. Unset: none.',
} as const;

/** Variables that a release cannot use: the right to its lease is that of a Role in its own namespace. */
const NOT_OFFERED = new Set(['LEASE_NAMESPACE']);

interface Schema {
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
}

/**
 * The schema of the chart's values: what it is now, with the variables that `env` may set, and with the values that
 * must be there. Helm removes a value that is set to null, such as a group whose lines are all commented out.
 */
export function chartSchema(present: string): string {
  const schema = JSON.parse(present) as Schema;
  const { env } = schema.properties ?? {};
  if (env !== undefined) env.properties = variables();
  requireDefaults(schema, parse(readFileSync(new URL('values.yaml', CHART), 'utf8')));
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/**
 * Variables of the configuration that a release can use and the Deployment does not set itself. A variable that was set
 * twice would be refused by a server-side apply.
 */
function variables(): Readonly<Record<string, object>> {
  const deployment = readFileSync(new URL('templates/deployment.yaml', CHART), 'utf8');
  const set = new Set([...deployment.matchAll(/\bname: ([A-Z][A-Z_]+)\b/g)].map(([, name]) => name));
  const described = Object.entries(configSchema.shape).map(([name, { description }]) => [name, description] as const);
  const free = [...described, ...Object.entries(OTHERS)].filter(([name]) => !set.has(name) && !NOT_OFFERED.has(name));
  return Object.fromEntries(
    free.map(([name, description]) => [name, { type: ['string', 'number', 'boolean'], description }]),
  );
}

/** A value whose default is empty may be removed; templates use all others. */
function requireDefaults(schema: Schema, defaults: unknown): void {
  const properties = Object.entries(schema.properties ?? {});
  const values = defaults as Readonly<Record<string, unknown>>;
  const required = properties.filter(
    ([name, { properties: own }]) => !isEmpty(values[name]) && (own || !isMap(values[name])),
  );
  for (const [name, property] of required) requireDefaults(property, values[name]);
  if (required.length > 0) schema.required = required.map(([name]) => name);
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '') return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
