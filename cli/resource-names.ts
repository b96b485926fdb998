import { listAll } from '../kubernetes/list-all.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import type { ApiResource } from '../kubernetes/resource-path.ts';
import type { Invocation } from './invocation.ts';
import { Session } from './session.ts';

/** Longer than this nobody waits for a completion, in milliseconds. */
const TIMEOUT_MS = 2_000;

/** Names in the namespace of a command line; none where the cluster cannot be asked. */
export async function resourceNames(resource: ApiResource, invocation: Invocation): Promise<readonly string[]> {
  try {
    await using session = new Session(invocation);
    const client = new ResourceClient(session.transport, resource);
    const { items } = await listAll(client, { namespace: session.namespace, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return items.map(({ metadata }) => metadata.name);
  } catch {
    return [];
  }
}
