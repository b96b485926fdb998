import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { guardModes } from '../api/guard-verdicts.ts';
import { logLevels } from '../api/log.ts';
import { readAuthorities } from '../activities/sidecar-trust.ts';
import { NodeUrlTemplate } from '../activities/node-url-template.ts';
import { parseGoDuration } from '../lib/go-duration.ts';
import { readPayloadKeys } from '../encryption/payload-key-file.ts';
import { withoutCredentials } from '../lib/without-secrets.ts';
import { checkEncryptedBundle } from './check-encrypted-bundle.ts';
import { splitAddress } from './split-address.ts';

const roles = ['all', 'bridge', 'worker'] as const;

export const address = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, { error: 'is not host:port', abort: true })
  .refine((text) => splitAddress(text).port <= 65_535, { error: 'has a port above 65535', abort: true });

/** The metrics exporter does not resolve names. */
const ipAddress = address.refine((text) => isIP(splitAddress(text).host) !== 0, 'has a host name; write an IP address');

const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'is not a namespace name');

const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'is not an object name');

const namespaceList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
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
  .refine(
    (text) => !URL.parse(text)?.username && !URL.parse(text)?.password,
    'contains credentials; remove them, because the URL is written into every status',
  )
  .transform((text) => text.replace(/\/+$/, ''));

const readableFile = z.string().refine(isReadable, 'cannot be read; check the path and its mount');

/** A file whose content is checked at the start, so that a mistake is reported at once. */
export function fileFor(read: (file: string) => unknown) {
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

/** What identifies a version in Temporal. The names are those that Temporal's worker controller sets. */
const VERSION = ['TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID'] as const;

/**
 * Every environment variable of the service, except `KUBECONFIG` and those of Temporal's client (`TEMPORAL_ADDRESS` and
 * others).
 */
export const configSchema = z.object({
  ROLE: z
    .enum(roles)
    .default('all')
    .describe('`bridge` turns resources into workflows, `worker` carries them out, `all` does both in one process.'),
  TASK_QUEUE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Temporal task queue. Bridge and worker need the same one; each cluster needs its own. Unset: `sei-node-tasks-<uid of the kube-system namespace>`.',
    ),
  WATCH_NAMESPACE: namespaceList
    .prefault('')
    .describe('Kubernetes namespaces to watch, separated by commas. Unset: all.'),
  TASK_SELECTOR: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Label selector for the SeiNodeTasks and SeiNodeRunbooks to carry out, such as `team=a` or `team notin (b)`. Unset: all.',
    ),
  DEFAULT_TTL_AFTER_FINISHED: duration
    .optional()
    .describe(
      'Time after its end at which a task without `spec.ttlSecondsAfterFinished` is deleted, such as `168h`. Also applies to tasks that have finished before it was set. Tasks of Argo CD, Flux and Helm are kept. Unset: such tasks are not deleted.',
    ),
  LEASE_NAME: objectName
    .default('sei-node-tasks')
    .describe(
      'Name of the Lease for leader election: one process of an installation runs the bridge, the others stand by. Installations that watch different resources need different names.',
    ),
  LEASE_NAMESPACE: namespaceName
    .optional()
    .describe("Namespace of that Lease. Unset: the pod's own, or `sei-system` outside a cluster."),
  SIDECAR_URL_TEMPLATE: nodeUrlTemplate
    .prefault('http://{name}-0.{name}.{namespace}.svc.cluster.local:8443')
    .describe("URL of a node's sidecar, with `{name}` and `{namespace}` of the SeiNode."),
  SIDECAR_TOKEN_FILE: readableFile
    .optional()
    .describe(
      'File with the bearer token for sidecars, with an audience that the API server does not accept. Re-read when it changes. Unset: no token is sent.',
    ),
  SIDECAR_CA_FILE: fileFor(readAuthorities)
    .optional()
    .describe(
      'PEM file of the CAs to trust for sidecar TLS instead of the built-in roots. Re-read when it changes. Unset: the built-in roots.',
    ),
  SEID_RPC_URL_TEMPLATE: nodeUrlTemplate
    .prefault('http://{name}-0.{name}.{namespace}.svc.cluster.local:26657')
    .describe(
      "URL of a node's CometBFT RPC. A wait reads the node's height there and writes it into `status.outputs`; the guard reads validators and commits there.",
    ),
  TEMPORAL_UI_URL: httpUrl
    .optional()
    .describe('URL of the Temporal UI, for the links in `status.workflow.url`. Unset: no links.'),
  TEMPORAL_API_KEY_FILE: readableFile
    .optional()
    .describe(
      'File with the API key for Temporal. Re-read when it changes. Unset: `TEMPORAL_API_KEY`, which needs a restart.',
    ),
  PAYLOAD_KEY_FILE: fileFor(readPayloadKeys)
    .optional()
    .describe(
      'File with the keys that encrypt payloads in Temporal. One key per line: `<id>: <32 bytes in base64>`. The first one encrypts, all decrypt. Re-read when it changes. Unset: payloads are not encrypted.',
    ),
  WORKFLOW_BUNDLE: readableFile
    .optional()
    .describe(
      'Workflow bundle of this version, made by `npm run bundle -- <file>`. Unset: the process bundles the workflows at each start, which takes seconds.',
    ),
  ENCRYPTED_WORKFLOW_BUNDLE: fileFor(checkEncryptedBundle)
    .optional()
    .describe(
      'The bundle that is used instead with `PAYLOAD_KEY_FILE`, made by `npm run bundle -- --encrypted <file>`. Unset: the process then bundles the workflows at each start.',
    ),
  TEMPORAL_DEPLOYMENT_NAME: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name of the Worker Deployment in Temporal, for Worker Versioning: a task then ends on the version that began it. Needs `TEMPORAL_WORKER_BUILD_ID`. Unset: no versioning.',
    ),
  TEMPORAL_WORKER_BUILD_ID: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Version of this process in that Worker Deployment. Needs `TEMPORAL_DEPLOYMENT_NAME`. Unset: no versioning.',
    ),
  GUARD_DEFAULT: z
    .enum(guardModes)
    .default('Off')
    .describe(
      'Mode of [the guard](guard.md) for RestartSeid and UpdateNodeImage without `spec.guard`: `Off` does not evaluate it, `Warn` reports what it finds, `Enforce` also waits until it allows the task. Counts when a task starts.',
    ),
  MAX_CONCURRENT_POLLS: z.coerce
    .number('is not a number')
    .int('is not a whole number')
    .min(1, 'is not above 0')
    .default(10_000)
    .describe('Maximum number of tasks that one process polls at the same time. Further tasks wait for a slot.'),
  MAX_ORPHANS_PERCENT: z.coerce
    .number('is not a number')
    .min(0, 'is below 0')
    .max(100, 'is above 100')
    .default(20)
    .describe(
      'Largest share of the open workflows, in percent, that is cancelled at once because a list lacks their SeiNodeTasks: the first list of a leader, or one after its watch was interrupted. If there are more, and more than 5, none is cancelled, an error is logged, and `sei_bridge_orphans_withheld` counts them. Deletions that the watch delivers are not limited.',
    ),
  PROBE_ADDRESS: address
    .default('127.0.0.1:8080')
    .describe('Address that serves `/healthz` and `/readyz`. In a pod: `0.0.0.0:8080`, or `[::]:8080` also for IPv6.'),
  METRICS_ADDRESS: ipAddress
    .default('127.0.0.1:9090')
    .describe('Address that serves `/metrics` for Prometheus. In a pod: `0.0.0.0:9090`.'),
  SHUTDOWN_GRACE: duration
    .prefault('25s')
    .describe("Longest time from SIGTERM to exit. Keep it below the pod's `terminationGracePeriodSeconds`."),
  LOG_LEVEL: z
    .enum(logLevels)
    .default('INFO')
    .describe('Lowest level to log. [It can be changed while the process runs](logs.md#change-the-level).'),
  LOG_FORMAT: z
    .enum(['json', 'text'])
    .optional()
    .describe(
      '`json` logs one JSON object per line, `text` logs for people. Unset: `text` on a terminal, else `json`.',
    ),
  GIT_COMMIT: z
    .string()
    .default('unknown')
    .describe('Commit that this build was made from, for the log and `sei_build_info`. Set when an image is built.'),
});

export type Config = z.output<typeof configSchema>;

export interface ConfigProblem {
  /** One variable, `TEMPORAL_*` or `KUBECONFIG`. */
  readonly variable: string;
  /** As it is set, without credentials. Unset: the problem names it. */
  readonly value?: string;
  readonly problem: string;
}

/** Thrown when the environment variables are not a valid configuration. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly retryable = false;
  override readonly name = 'ConfigError';
  /** All of them. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(`The configuration is not valid. Correct ${problems.map(({ variable }) => variable).join(', ')}.`);
    this.problems = problems;
  }
}

/** A process with half a version would take tasks of all versions. */
function haveWholeVersion({ value, issues }: z.core.ParsePayload<Config>): void {
  const unset = VERSION.filter((name) => value[name] === undefined);
  if (unset.length !== 1) return;
  const [set] = VERSION.filter((name) => value[name] !== undefined);
  issues.push({ code: 'custom', input: value, path: [...unset], message: `is unset, but ${set} is set; set both` });
}

/** @throws ConfigError with each variable that is wrong, its value, and what it should be. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  return readVariables(configSchema.check(haveWholeVersion), environment);
}

/**
 * Reads variables by a schema of all of them. An empty value counts as unset.
 *
 * @throws ConfigError as `readConfig`
 */
export function readVariables<Variables>(schema: z.ZodType<Variables>, environment: NodeJS.ProcessEnv): Variables {
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  const result = schema.safeParse(Object.fromEntries(set));
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map(({ path, message }) => {
      const variable = String(path[0]);
      const value = withoutCredentials(environment[variable] ?? '');
      return { variable, value, problem: withoutCredentials(message) };
    }),
  );
}
