import { KubernetesError } from '../kubernetes/errors.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import { listAll } from '../kubernetes/list-all.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { mostSimilar } from './similar.ts';

/**
 * ` Did you mean validator-0?` for the name of a resource that is not there; empty when none is like it, or the names
 * cannot be read.
 */
export async function nameHint<Resource extends KubernetesObject>(
  client: ResourceClient<Resource>,
  namespace: string,
  name: string,
): Promise<string> {
  try {
    const { items } = await listAll(client, { namespace });
    const names = items.map(({ metadata }) => metadata.name);
    const similar = names.includes(name) ? undefined : mostSimilar(name, names);
    return similar === undefined ? '' : ` Did you mean ${similar}?`;
  } catch (error) {
    if (error instanceof KubernetesError) return '';
    throw error;
  }
}
