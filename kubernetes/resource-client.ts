import { z } from 'zod';
import { isObjectMissing, KubernetesResponseError } from './errors.ts';
import type { KubernetesTransport } from './kubernetes-transport.ts';
import type { KubernetesList, KubernetesObject } from './kubernetes-object.ts';
import { resourcePath, type ResourceKind } from './resource-path.ts';

/** A full list of ten thousand resources with their managed fields stays below this, in bytes. */
const LIST_RESPONSE_BYTES = 256 * 1024 * 1024;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1), continue: z.string().optional() }),
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string(), uid: z.string(), resourceVersion: z.string() }) })),
});

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** Objects per page; absent = all of them in one answer. */
  readonly limit?: number;
  /** Token of the page before. */
  readonly continue?: string;
  /** In milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * The calls this service makes on one kind of resource. `namespace` is `undefined` for cluster-scoped kinds. Objects
 * are returned as the server sent them; `T` is a claim of the caller, who parses what comes from people.
 *
 * Every method throws what `KubernetesTransport.request` throws.
 */
export class ResourceClient<T extends KubernetesObject = KubernetesObject> {
  readonly #transport: KubernetesTransport;
  readonly #kind: ResourceKind;

  constructor(transport: KubernetesTransport, kind: ResourceKind) {
    this.#transport = transport;
    this.#kind = kind;
  }

  /** @returns `undefined` if there is no such object */
  async get(namespace: string | undefined, name: string, options: CallOptions = {}): Promise<T | undefined> {
    try {
      return (await this.#transport.request({ ...options, method: 'GET', path: this.#path({ namespace, name }) })) as T;
    } catch (error) {
      if (isObjectMissing(error)) return undefined;
      throw error;
    }
  }

  async create(namespace: string | undefined, object: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.#transport.request({ ...options, method: 'POST', path: this.#path({ namespace }), body: object })) as T;
  }

  /** Deletes in the background; an object that is already gone is not an error. */
  async delete(namespace: string | undefined, name: string, options: CallOptions = {}): Promise<void> {
    try {
      await this.#transport.request({ ...options, method: 'DELETE', path: this.#path({ namespace, name }) });
    } catch (error) {
      if (!isObjectMissing(error)) throw error;
    }
  }

  async listPage({ namespace, signal, timeoutMs, ...query }: ListOptions = {}): Promise<KubernetesList<T>> {
    const path = this.#path({ namespace });
    const answer = await this.#transport.request({
      method: 'GET',
      path,
      query,
      maxResponseBytes: LIST_RESPONSE_BYTES,
      ...(timeoutMs !== undefined && { timeoutMs }),
      signal,
    });
    const list = listSchema.safeParse(answer);
    if (!list.success) throw new KubernetesResponseError(`GET ${path}: the answer is not a list (${z.prettifyError(list.error)}). Check what answers there.`);
    return list.data as KubernetesList<T>;
  }

  /** JSON merge patch on the status subresource: keys set to `null` are removed, arrays are replaced whole. */
  async patchStatus(object: { namespace: string | undefined; name: string }, patch: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.#transport.request({
      ...options,
      method: 'PATCH',
      path: this.#path({ ...object, subresource: 'status' }),
      contentType: 'application/merge-patch+json',
      body: patch,
    })) as T;
  }

  #path(of: { namespace: string | undefined; name?: string; subresource?: string }): string {
    return resourcePath(this.#kind, of);
  }
}
