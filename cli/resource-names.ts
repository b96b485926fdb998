import { listAll } from '../kubernetes/list-all.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import type { ApiResource } from '../kubernetes/resource-path.ts';
import { Session, type ClusterOptions } from './session.ts';

/** Longer than this nobody waits for a completion, in milliseconds. */
const TIMEOUT_MS = 2_000;

export interface NamedResource extends ApiResource {
  readonly isNamespaced: boolean;
}

/** Names in the namespace that the options name, or in the cluster; none where the cluster cannot be asked. */
export async function resourceNames(resource: NamedResource, options: ClusterOptions): Promise<readonly string[]> {
  try {
    // Nobody is asked for a password because of a completion.
    await using session = await Session.open(options, false);
    const client = new ResourceClient(session.transport, resource);
    const { items } = await listAll(client, {
      ...(resource.isNamespaced && { namespace: session.namespace }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return items.map(({ metadata }) => metadata.name);
  } catch {
    return [];
  }
}
