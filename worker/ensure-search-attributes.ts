import type { Log } from '../api/log.ts';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../api/temporal/search-attributes.ts';

const { INDEXED_VALUE_TYPE_KEYWORD } = proto.temporal.api.enums.v1.IndexedValueType;
/** gRPC codes DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and UNAVAILABLE: a retry can help. */
const PASSING = [4, 8, 14];

/**
 * Adds our search attributes to the Temporal namespace, if this account is allowed to.
 *
 * @returns Whether the namespace has them. If not, the service runs without them: a workflow that sets an unknown
 * search attribute gets stuck.
 * @throws the Temporal service's error when a retry can help: a timeout, an overloaded or unreachable server.
 */
export async function ensureSearchAttributes(
  { operatorService }: Pick<NativeConnection, 'operatorService'>,
  namespace: string,
  log: Log,
): Promise<boolean> {
  const present = await operatorService.listSearchAttributes({ namespace });
  const names = Object.values(searchAttributes).map(({ name }) => name);
  const missing = names.filter((name) => !Object.hasOwn(present.customAttributes ?? {}, name));
  if (missing.length === 0) return true;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD])),
    });
    log('SearchAttributesCreated', { temporalNamespace: namespace, names: missing });
    return true;
  } catch (error) {
    if (isPassing(error)) throw error;
    const flags = missing.map((name) => `--name ${name} --type Keyword`).join(' ');
    const command = `temporal operator search-attribute create --namespace ${namespace} ${flags}`;
    log('SearchAttributesMissing', { temporalNamespace: namespace, names: missing, command, error });
    return false;
  }
}

function isPassing(error: unknown): boolean {
  return PASSING.includes(Number((error as { code?: unknown }).code));
}
