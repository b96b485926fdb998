import type { KubernetesTransport } from './kubernetes-transport.ts';
import { resourcePath, type ApiResource } from './resource-path.ts';

/** How much later than the server the client ends a watch, in milliseconds. */
const DEADLINE_GRACE_MS = 15_000;
/**
 * kube-apiserver sends a bookmark every one or two minutes: after twice that time the connection counts as dead, in
 * milliseconds.
 */
const WATCH_IDLE_MS = 240_000;

export interface WatchOptions {
  readonly resource: ApiResource;
  /** Unset: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Where the watch starts. Unset: it begins with an ADDED event for each resource that there is. */
  readonly resourceVersion: string | undefined;
  /** Time after which the server ends the watch. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Opens a watch with bookmarks, with a timeout for the whole watch and one between two chunks.
 *
 * @throws what `KubernetesTransport.openStream` throws.
 */
export async function openWatch(
  transport: KubernetesTransport,
  { resource, namespace, signal, ...query }: WatchOptions,
): Promise<AsyncIterable<Buffer>> {
  return await transport.openStream({
    path: resourcePath(resource, { namespace }),
    query: { watch: true, allowWatchBookmarks: true, ...query },
    deadlineMs: query.timeoutSeconds * 1000 + DEADLINE_GRACE_MS,
    idleMs: WATCH_IDLE_MS,
    signal,
  });
}
