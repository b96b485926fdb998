import { SEI_NODE } from '../api/resources.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { listAll } from '../kubernetes/list-all.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import type { Session } from './session.ts';
import { mostSimilar } from './similar.ts';

/** ` Did you mean validator-0?` for the name of a node that is not there; empty when no node is like it, or is known. */
export async function nodeHint({ transport, namespace }: Session, name: string): Promise<string> {
  try {
    const { items } = await listAll(new ResourceClient(transport, SEI_NODE), { namespace });
    const names = items.map(({ metadata }) => metadata.name);
    const similar = names.includes(name) ? undefined : mostSimilar(name, names);
    return similar === undefined ? '' : ` Did you mean ${similar}?`;
  } catch (error) {
    if (error instanceof KubernetesError) return '';
    throw error;
  }
}
