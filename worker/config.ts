import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { readAuthorities } from '../activities/sidecar-trust.ts';
import { NodeUrlTemplate } from '../activities/node-url-template.ts';
import { parseGoDuration } from '../api/go-duration.ts';
import { readPayloadKeys } from '../encryption/payload-key-file.ts';
import { withoutCredentials } from '../kubernetes/without-secrets.ts';
import { splitAddress } from './split-address.ts';

const roles = ['all', 'bridge', 'worker'] as const;

const address = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, { error: 'is not host:port', abort: true })
  .refine((text) => splitAddress(text).port <= 65_535, { error: 'has a port above 65535', abort: true });

/** The metrics exporter resolves no names. */
const ipAddress = address.refine((text) => isIP(splitAddress(text).host) !== 0, 'has a name for its host; an IP address is needed');

const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'is not a namespace name');

const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'is not a name of an object');

const namespaceList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()).filter((name) => name !== ''))
  .pipe(z.array(namespaceName));

const nodeUrlTemplate = z.string().transform((text, context) => {
  try {
    return new NodeUrlTemplate(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not usable' });
    return z.NEVER;
  }
});

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'is not an http or https URL', abort: true })
  .refine((text) => !URL.parse(text)?.username && !URL.parse(text)?.password, 'holds credentials, and it is written into every status')
  .transform((text) => text.replace(/\/+$/, ''));

const readableFile = z.string().refine(isReadable, 'cannot be read; check the path and its mount');

/** A file whose content is checked at once, so that a mistake is told at the start. */
function fileFor(read: (file: string) => unknown) {
  return z.string().superRefine((file, context) => {
    try {
      read(file);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not usable' });
    }
  });
}

const duration = z.string().transform((text, context) => {
  const milliseconds = parseGoDuration(text);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  context.addIssue({ code: 'custom', message: 'is not a duration above 0, such as 25s or 1m30s' });
  return z.NEVER;
});

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Every environment variable of the service, less those of Temporal's client (`TEMPORAL_*`) and `KUBECONFIG`. */
export const configSchema = z.object({
  ROLE: z
    .enum(roles)
    .default('all')
    .describe('`bridge` turns resources into workflows, `worker` carries them out, `all` does both in one process.'),
  TASK_QUEUE: z
    .string()
    .min(1)
    .optional()
    .describe('Temporal task queue. Bridge and worker need the same, and each cluster its own. Unset: `sei-node-tasks-<uid of the kube-system namespace>`.'),
  WATCH_NAMESPACE: namespaceList
    .prefault('')
    .describe('Kubernetes namespaces to watch, separated by commas; empty means all.'),
  TASK_SELECTOR: z
    .string()
    .min(1)
    .optional()
    .describe('Label selector of the SeiNodeTasks to carry out, such as `team=a` or `team notin (b)`; absent means all.'),
  LEASE_NAME: objectName
    .default('sei-node-tasks')
    .describe('Name of the Lease by which one process of an installation bridges and the others stand by. Installations that watch different resources need different leases.'),
  LEASE_NAMESPACE: namespaceName
    .optional()
    .describe("Namespace of that Lease. Absent means the pod's own, or `sei-system` outside a cluster."),
  SIDECAR_URL_TEMPLATE: nodeUrlTemplate
    .prefault('http://{name}-0.{name}.{namespace}.svc.cluster.local:8443')
    .describe("URL of a node's sidecar, with `{name}` and `{namespace}` of the SeiNode."),
  SIDECAR_TOKEN_FILE: readableFile
    .optional()
    .describe('File with the bearer token for sidecars; read again when it changes. Absent means no token.'),
  SIDECAR_CA_FILE: fileFor(readAuthorities)
    .optional()
    .describe(
      'File with the certificates of the authorities that may stand behind a sidecar at an https URL, and no others; read again when it changes. Absent means those that Node trusts.',
    ),
  SEID_RPC_URL_TEMPLATE: nodeUrlTemplate
    .prefault('http://{name}-0.{name}.{namespace}.svc.cluster.local:26657')
    .describe("URL of a node's CometBFT RPC, for the height that a wait leaves in `status.outputs`."),
  TEMPORAL_UI_URL: httpUrl
    .optional()
    .describe('Where the Temporal UI is, for links in `status.workflow.url`. Absent means no links.'),
  PAYLOAD_KEY_FILE: fileFor(readPayloadKeys)
    .optional()
    .describe(
      'File with the keys that encrypt what Temporal stores: `<id>: <32 bytes in base64>` a line, the first one active; read again when it changes. Absent means in the clear.',
    ),
  WORKFLOW_BUNDLE: readableFile
    .optional()
    .describe('File that `npm run bundle -- <file>` made of this version: without it, and with `PAYLOAD_KEY_FILE`, each start bundles the workflows, for some seconds.'),
  MAX_CONCURRENT_POLLS: z.coerce
    .number('is not a number')
    .int('is not a whole number')
    .min(1, 'is not above 0')
    .default(10_000)
    .describe('Tasks that one process polls at the same time. More wait for a slot.'),
  PROBE_ADDRESS: address.default('127.0.0.1:8080').describe('Where `/healthz` and `/readyz` are served.'),
  METRICS_ADDRESS: ipAddress.default('127.0.0.1:9090').describe('Where Prometheus finds `/metrics`.'),
  SHUTDOWN_GRACE: duration
    .prefault('25s')
    .describe("Longest time from SIGTERM to exit; keep it below the pod's `terminationGracePeriodSeconds`."),
  LOG_LEVEL: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO').describe('Lowest level that is logged.'),
});

export type Config = z.output<typeof configSchema>;

/** Thrown when the environment does not make a configuration; the message lists every problem. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly retryable = false;
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming each variable that is wrong, its value, and what it should be. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  const result = configSchema.safeParse(Object.fromEntries(set));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `  ${name}=${withoutCredentials(JSON.stringify(environment[name] ?? ''))}: ${withoutCredentials(issue.message)}`;
  });
  throw new ConfigError(
    `The configuration is not valid:\n${problems.join('\n')}\nCorrect these environment variables and start again.`,
  );
}
