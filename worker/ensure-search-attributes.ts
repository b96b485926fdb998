import type { Logger } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../api/search-attributes.ts';

const { INDEXED_VALUE_TYPE_KEYWORD } = proto.temporal.api.enums.v1.IndexedValueType;

/** Thrown when search attributes are missing and this account may not create them. */
export class SearchAttributesMissingError extends Error {
  readonly code = 'SEARCH_ATTRIBUTES_MISSING';
  readonly retryable = true;
  override readonly name = 'SearchAttributesMissingError';
}

/**
 * Makes sure that the namespace knows our search attributes: a workflow that sets an unknown one cannot start.
 *
 * @throws SearchAttributesMissingError with the command that creates them.
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string, log: Logger): Promise<void> {
  const { operatorService } = connection;
  const present = await operatorService.listSearchAttributes({ namespace });
  const names = Object.values(searchAttributes).map(({ name }) => name);
  const missing = names.filter((name) => !Object.hasOwn(present.customAttributes ?? {}, name));
  if (missing.length === 0) return;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD])),
    });
  } catch (cause) {
    const flags = missing.map((name) => `--name ${name} --type Keyword`).join(' ');
    throw new SearchAttributesMissingError(
      `Temporal namespace ${namespace} lacks the search attributes ${missing.join(', ')}, and they could not be created. ` +
        `Run: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
      { cause },
    );
  }
  log.info('Search attributes created', { namespace, names: missing });
}
