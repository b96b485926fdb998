import { setTimeout as sleep } from 'node:timers/promises';
import type { Log, LogFields } from '../api/log.ts';
import { backoffDelay } from '../lib/backoff-delay.ts';
import { present } from '../lib/present.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';
import { KubernetesApiError, KubernetesConnectionError, KubernetesResponseError, hasHttpStatus } from './errors.ts';
import { isOlderVersion } from './is-older-version.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { KubernetesTransport } from './kubernetes-transport.ts';
import { listAll } from './list-all.ts';
import { ObjectStore, type ObjectChange } from './object-store.ts';
import { openWatch } from './open-watch.ts';
import { ResourceClient } from './resource-client.ts';
import type { ApiResource } from './resource-path.ts';
import { WatchEventDecoder, type WatchEvent } from './watch-event-decoder.ts';

/** The server ends a watch after a random time between this and twice this, as for client-go, in seconds. */
const WATCH_SECONDS = 300;
/** A watch that has lasted this long counts as working, as in client-go, in milliseconds. */
const SHORT_WATCH_MS = 1_000;
/** Maximum Retry-After that is honoured, in milliseconds: the cache is stale until then. */
const LONGEST_RETRY_AFTER_MS = 300_000;
const DEFAULT_RESYNC_MS = 600_000;

/**
 * Where a change was noticed. A list only shows that an object is gone: it may be the list of a server that was restored
 * from a backup.
 */
export type ChangeSource = 'list' | 'watch';

export interface ReflectorOptions<T extends KubernetesObject = KubernetesObject> {
  readonly transport: KubernetesTransport;
  readonly resource: ApiResource;
  /** Unset: all namespaces. */
  readonly namespace?: string;
  /** An object that no longer matches is reported as deleted. */
  readonly labelSelector?: string;
  /** What to keep of each object. Default: all of it, without what each field manager owns. */
  readonly trim?: (object: T) => T;
  /**
   * Called with the key that changed, in order, without the object: read it with `get`. An exception is logged and has
   * no other effect.
   */
  readonly onChange: (change: ObjectChange, source: ChangeSource) => void;
  /** Called after each list. */
  readonly onRelist?: () => void;
  readonly log: Log;
  /** Resync: how often every key is reported again, in milliseconds. Default: 600,000. */
  readonly resyncMs?: number;
}

/**
 * Caches all objects of one kind: lists, watches, and relists whenever events may have been missed, so that deletions
 * during a gap are noticed too. It retries after every error of the server and never throws.
 *
 * A watch resumes at the last resourceVersion only when the one before ended normally and sent something. A server that
 * was restored from an older backup accepts a resourceVersion that it has not reached yet, and then sends nothing.
 */
export class Reflector<T extends KubernetesObject = KubernetesObject> {
  /** Resolves when the first list has been reported; stays pending if `run` ends before. */
  readonly synced: Promise<void>;
  readonly #options: ReflectorOptions<T>;
  readonly #client: ResourceClient<T>;
  readonly #store = new ObjectStore<T>();
  readonly #watchFailures = new RepeatedFailures();
  readonly #resolveSynced: () => void;
  #hasSynced = false;
  /** Where the next watch resumes; `undefined` = list first. */
  #resourceVersion: string | undefined;
  #failures = 0;
  /** When the API server last sent anything, by the monotonic clock, in milliseconds. */
  #heardMs = performance.now();

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#client = new ResourceClient<T>(options.transport, options.resource);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#resolveSynced = resolve;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Why the cache is stale at the moment; `undefined` while list and watch work. */
  get lastError(): Error | undefined {
    return this.#watchFailures.lastError;
  }

  /** Time since the API server last sent a list, an event or a bookmark, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#heardMs;
  }

  /** @param key `namespace/name`, as in `ObjectChange` */
  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  list(): T[] {
    return this.#store.list();
  }

  /** Runs until the signal is aborted. Call it once. */
  async run(signal: AbortSignal): Promise<void> {
    const resync = setInterval(
      () => this.#report(this.#store.everything(), 'list'),
      this.#options.resyncMs ?? DEFAULT_RESYNC_MS,
    );
    try {
      while (!signal.aborted) await this.#listAndWatch(signal);
    } finally {
      clearInterval(resync);
    }
  }

  async #listAndWatch(signal: AbortSignal): Promise<void> {
    try {
      this.#resourceVersion ??= await this.#relist(signal);
      await this.#watch(this.#resourceVersion, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!hasHttpStatus(error, 429)) this.#resourceVersion = undefined;
      this.#failures += 1;
      const delay = Math.max(backoffDelay(this.#failures, Math.random()), retryAfterMs(error));
      this.#options.log('WatchFailed', { ...this.#subject, ...this.#watchFailures.failed(error, delay) });
      await sleep(delay, undefined, { signal }).catch(() => undefined);
    }
  }

  async #relist(signal: AbortSignal): Promise<string> {
    const { namespace, labelSelector } = this.#options;
    const { items, resourceVersion } = await listAll(this.#client, { namespace, labelSelector, signal });
    this.#report(this.#store.replaceAll(items.map((item) => this.#trimmed(item))), 'list');
    this.#hasSynced = true;
    this.#heardMs = performance.now();
    this.#options.onRelist?.();
    this.#resolveSynced();
    return resourceVersion;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { transport, resource, namespace, labelSelector } = this.#options;
    const timeoutSeconds = WATCH_SECONDS + Math.floor(Math.random() * WATCH_SECONDS);
    const stream = await openWatch(transport, {
      resource,
      namespace,
      labelSelector,
      resourceVersion,
      timeoutSeconds,
      signal,
    });
    const longEnough = setTimeout(() => this.#recovered(), SHORT_WATCH_MS);
    try {
      await this.#consume(stream);
    } finally {
      clearTimeout(longEnough);
    }
  }

  async #consume(stream: AsyncIterable<Buffer>): Promise<void> {
    const decoder = new WatchEventDecoder();
    let isSilent = true;
    for await (const chunk of stream) {
      for (const event of decoder.push(chunk)) {
        this.#apply(event);
        this.#recovered();
        isSilent = false;
      }
    }
    decoder.end();
    if (isSilent)
      throw new KubernetesConnectionError(
        'The watch ended without an event. Check the API server, or the proxy in front of it.',
      );
  }

  #recovered(): void {
    this.#failures = 0;
    const recovery = this.#watchFailures.recovered();
    if (recovery !== undefined) this.#options.log('WatchRecovered', { ...this.#subject, ...recovery });
  }

  get #subject(): LogFields {
    const { resource, namespace } = this.#options;
    return present({ resource: `${resource.plural}.${resource.group}`, namespace });
  }

  #apply(event: WatchEvent): void {
    if (event.type === 'ERROR') {
      this.#resourceVersion = undefined;
      throw new KubernetesApiError({
        call: `The watch of ${this.#options.resource.plural}`,
        httpStatus: event.object.code ?? 500,
        status: event.object,
      });
    }
    this.#advanceTo(event.object.metadata.resourceVersion);
    this.#heardMs = performance.now();
    if (event.type === 'BOOKMARK') return;
    const object = this.#trimmed(event.object as T);
    this.#report(event.type === 'DELETED' ? this.#store.remove(object) : this.#store.set(object), 'watch');
  }

  #trimmed(object: T): T {
    dropManagedFields(object);
    return this.#options.trim?.(object) ?? object;
  }

  #advanceTo(resourceVersion: string): void {
    if (this.#resourceVersion !== undefined && isOlderVersion(resourceVersion, this.#resourceVersion)) {
      throw new KubernetesResponseError(
        `The watch went back from resourceVersion ${this.#resourceVersion} to ${resourceVersion}. Relisting. A restored backup can be the cause.`,
      );
    }
    this.#resourceVersion = resourceVersion;
  }

  #report(changes: readonly ObjectChange[], source: ChangeSource): void {
    for (const change of changes) {
      try {
        this.#options.onChange(change, source);
      } catch (error) {
        this.#options.log('ChangeNotHandled', { key: change.key, error });
      }
    }
  }
}

function retryAfterMs(error: unknown): number {
  const seconds = error instanceof KubernetesApiError ? (error.retryAfterSeconds ?? 0) : 0;
  return Math.min(LONGEST_RETRY_AFTER_MS, seconds * 1000);
}

/**
 * Drops what each field manager owns: a third of an object's memory, and not read here. The managers' names are read.
 */
function dropManagedFields({ metadata }: KubernetesObject): void {
  const { managedFields = [] } = metadata as { readonly managedFields?: { fieldsV1?: unknown }[] };
  for (const entry of managedFields) delete entry.fieldsV1;
}
