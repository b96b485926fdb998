import {
  Client,
  defaultPayloadConverter,
  NamespaceNotFoundError,
  ServiceError,
  WorkflowNotFoundError,
  type Payload,
  type WorkflowClient,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import { safeProvenance, type Provenance } from '../api/provenance.ts';
import { searchAttributes } from '../api/temporal/search-attributes.ts';
import { searchAttributeCommand } from '../core/search-attribute-command.ts';
import { withoutSecrets } from '../lib/without-secrets.ts';
import { TemporalRefusedError, TemporalUnreachableError } from './errors.ts';
import { connectToTemporal, type TemporalAccess } from './temporal-connection.ts';

/** A workflow, and who asked for it and why, unless that is encrypted. */
export interface HistoryEntry extends Provenance {
  readonly workflowId: string;
  readonly runId: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339; absent while it is open. */
  readonly closedAt?: string;
  readonly kind: string;
  /**
   * Reason of the verdict; `Cancelling`; of a workflow that left none, Temporal's own word for how it stands or ended.
   */
  readonly outcome: string;
}

export interface HistoryQuery {
  readonly namespace: string;
  readonly node: string;
  /** Unset: workflows of all clusters that have a node of the name. */
  readonly clusterId?: string | undefined;
  readonly limit: number;
}

/** A workflow that is open, and was asked to cancel. */
const CANCELLING = 'Cancelling';

/** What is encrypted is not shown: whoever asks does not have the key. */
const IN_THE_CLEAR = {
  encode: async (payloads: Payload[]) => payloads,
  decode: async (payloads: Payload[]) =>
    payloads.map((payload) => (isJson(payload) ? payload : defaultPayloadConverter.toPayload(null))),
};

function isJson({ metadata }: Payload): boolean {
  return Buffer.from(metadata?.['encoding'] ?? []).toString() === 'json/plain';
}

/**
 * The workflows that worked on a node, newest first.
 *
 * @throws TemporalConfigError, TemporalUnreachableError, TemporalRefusedError
 */
export async function readHistory(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
  const access = await connectToTemporal();
  try {
    const { workflow } = new Client({
      connection: access.connection,
      namespace: access.namespace,
      dataConverter: { payloadCodecs: [IN_THE_CLEAR] },
    });
    const entries = (await list(workflow, query)).map((execution) => entryOf(execution));
    const known = await Promise.all(
      entries.map(async (entry) => ((await isCancelling(workflow, entry)) ? { ...entry, outcome: CANCELLING } : entry)),
    );
    return known.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  } catch (error) {
    throw explained(error, access);
  } finally {
    await access.connection.close();
  }
}

async function list(workflows: WorkflowClient, query: HistoryQuery): Promise<WorkflowExecutionInfo[]> {
  const executions: WorkflowExecutionInfo[] = [];
  for await (const execution of workflows.list({ query: filterOf(query), pageSize: query.limit })) {
    executions.push(execution);
    if (executions.length === query.limit) break;
  }
  return executions;
}

/** Lists do not tell it. */
async function isCancelling(
  workflows: WorkflowClient,
  { workflowId, runId, closedAt }: HistoryEntry,
): Promise<boolean> {
  if (closedAt !== undefined) return false;
  try {
    const { raw } = await workflows.getHandle(workflowId, runId).describe();
    return raw.workflowExtendedInfo?.cancelRequested === true;
  } catch (error) {
    // Gone since it was listed.
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Runs without a resource carry no cluster. */
function filterOf({ namespace, node, clusterId }: HistoryQuery): string {
  const { cluster } = searchAttributes;
  const here = clusterId === undefined ? '' : ` AND (${cluster.name} = '${clusterId}' OR ${cluster.name} IS NULL)`;
  return `${searchAttributes.namespace.name} = '${namespace}' AND ${searchAttributes.node.name} = '${node}'${here}`;
}

function entryOf({
  workflowId,
  runId,
  startTime,
  closeTime,
  type,
  status,
  memo = {},
  typedSearchAttributes,
}: WorkflowExecutionInfo): HistoryEntry {
  const outcome = closeTime === undefined ? undefined : typedSearchAttributes.get(searchAttributes.outcome);
  return {
    workflowId,
    runId,
    startedAt: startTime.toISOString(),
    ...(closeTime !== undefined && { closedAt: closeTime.toISOString() }),
    kind: type,
    ...provenanceIn(memo),
    outcome: outcome ?? `${status.name.charAt(0)}${status.name.slice(1).toLowerCase()}`,
  };
}

/** Anybody may start a workflow with any memo. */
function provenanceIn(memo: Readonly<Record<string, unknown>>): Provenance {
  const text = (name: keyof Provenance): string | undefined => {
    const value = memo[name];
    return typeof value === 'string' ? value : undefined;
  };
  return safeProvenance({ requestedBy: text('requestedBy'), createdWith: text('createdWith'), why: text('why') });
}

/** By gRPC code. */
const advice: Readonly<Record<number, (access: TemporalAccess) => string>> = {
  3: ({ address, namespace }) => {
    const missing = Object.values(searchAttributes).map(({ name }) => name);
    return `It may lack search attributes. Create those that are missing: ${searchAttributeCommand({ address, namespace, missing })}`;
  },
  7: () => 'Check that TEMPORAL_API_KEY or the client certificate may read this namespace.',
  16: () => 'Check TEMPORAL_API_KEY or the client certificate.',
};
const OTHER_ADVICE = 'Check that TEMPORAL_ADDRESS is the frontend of Temporal, and look at its log.';
const PASSING = [4, 8, 14];

function explained(error: unknown, access: TemporalAccess): unknown {
  const { address, namespace, secrets } = access;
  if (error instanceof NamespaceNotFoundError) {
    return new TemporalRefusedError(
      `Temporal at ${address} has no namespace ${namespace}. Set TEMPORAL_NAMESPACE to the one that the service uses.`,
    );
  }
  // NOT_FOUND in answer to a list: something else than Temporal listens there.
  if (!(error instanceof ServiceError) && !(error instanceof WorkflowNotFoundError)) return error;
  const cause = (error.cause ?? error) as Error & { readonly code?: unknown; readonly details?: string };
  const code = Number(cause.code);
  const subject = `Temporal at ${address}, namespace ${namespace}`;
  const words = withoutSecrets(cause.details ?? cause.message, secrets);
  if (PASSING.includes(code))
    return new TemporalUnreachableError(`${subject} does not answer: ${words}. Repeat the command.`);
  return new TemporalRefusedError(`${subject} refused: ${words}. ${advice[code]?.(access) ?? OTHER_ADVICE}`);
}
