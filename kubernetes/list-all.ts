import { hasHttpStatus } from './errors.ts';
import type { KubernetesList, KubernetesObject } from './kubernetes-object.ts';
import type { ListOptions, ResourceClient } from './resource-client.ts';

/**
 * In objects. Small enough that a page of the largest objects that etcd accepts (1.5 MiB) can be read, so that no
 * object can break a list.
 */
const PAGE_SIZE = 100;
/** Timeout of a list in one answer, in milliseconds. */
const FULL_LIST_TIMEOUT_MS = 60_000;

export interface FullList<T> {
  readonly items: readonly T[];
  /** Where a watch starts. */
  readonly resourceVersion: string;
}

/**
 * Lists in pages. If a continue token expires (410) because the pages took longer than etcd keeps history, everything
 * is listed once more in one answer, which cannot expire.
 */
export async function listAll<T extends KubernetesObject>(
  client: ResourceClient<T>,
  selection: Pick<ListOptions, 'namespace' | 'labelSelector' | 'signal'>,
): Promise<FullList<T>> {
  const items: T[] = [];
  let page: KubernetesList<T> | undefined;
  do {
    try {
      page = await client.listPage({ ...selection, limit: PAGE_SIZE, continue: page?.metadata.continue });
    } catch (error) {
      if (page === undefined || !hasHttpStatus(error, 410)) throw error;
      const whole = await client.listPage({ ...selection, timeoutMs: FULL_LIST_TIMEOUT_MS });
      return { items: whole.items, resourceVersion: whole.metadata.resourceVersion };
    }
    // One by one: a server that ignores the limit may send more than a call has room for as arguments.
    for (const item of page.items) items.push(item);
  } while (page.metadata.continue);
  return { items, resourceVersion: page.metadata.resourceVersion };
}
