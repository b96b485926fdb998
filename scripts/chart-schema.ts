import { readFileSync } from 'node:fs';
import { configSchema } from '../worker/config.ts';

const DEPLOYMENT = new URL('../deploy/charts/sei-node-tasks/templates/deployment.yaml', import.meta.url);
/** Variables that are not in the table of the configuration. */
const OTHERS = {
  NODE_OPTIONS: 'Options of Node, such as `--max-old-space-size`.',
  HTTPS_PROXY: 'http URL of the proxy for Temporal and the API server. Unset: none.',
  NO_PROXY: 'Hosts, IP addresses and CIDR blocks that are reached without it, separated by commas. Unset: none.',
  NODE_EXTRA_CA_CERTS: 'File with CAs to trust in addition to the built-in roots.',
} as const;

interface Schema {
  readonly properties: { env: { properties: Record<string, object> } };
}

/**
 * The schema of the chart's values, with the variables that `env` may set: those of the configuration that the
 * Deployment does not set itself. A variable that was set twice would be refused by a server-side apply.
 */
export function withVariables(present: string): string {
  const deployment = readFileSync(DEPLOYMENT, 'utf8');
  const set = new Set([...deployment.matchAll(/\bname: ([A-Z][A-Z_]+)\b/g)].map(([, name]) => name));
  const described = Object.entries(configSchema.shape).map(([name, { description }]) => [name, description] as const);
  const variables = [...described, ...Object.entries(OTHERS)].filter(([name]) => !set.has(name));
  const schema = JSON.parse(present) as Schema;
  schema.properties.env.properties = Object.fromEntries(
    variables.map(([name, description]) => [name, { type: ['string', 'number', 'boolean'], description }]),
  );
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
