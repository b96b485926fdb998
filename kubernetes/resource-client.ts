import { z } from 'zod';
import { isObjectMissing, KubernetesResponseError } from './errors.ts';
import type { KubernetesTransport } from './kubernetes-transport.ts';
import type { KubernetesList, KubernetesObject } from './kubernetes-object.ts';
import { resourcePath, type ApiResource } from './resource-path.ts';

/** Larger than a full list of ten thousand resources with their managed fields, in bytes. */
const LIST_RESPONSE_BYTES = 256 * 1024 * 1024;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1), continue: z.string().optional() }),
  items: z.array(
    z.looseObject({ metadata: z.looseObject({ name: z.string(), uid: z.string(), resourceVersion: z.string() }) }),
  ),
});

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** In milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

export interface WriteOptions extends CallOptions {
  /** Field manager of the write. Default: this service's name. */
  readonly fieldManager?: string;
  /** Dry run: the server checks the write and answers, and stores nothing. */
  readonly dryRun?: boolean;
  /** Whether the server refuses fields that it does not know. Default: it drops them. */
  readonly isStrict?: boolean;
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** Objects per page. Unset: all objects in one answer. */
  readonly limit?: number;
  /** Continue token of the page before. */
  readonly continue?: string;
}

/**
 * The calls this service makes on one kind of resource. `namespace` is `undefined` for cluster-scoped kinds. Objects
 * are returned as the server sent them. `T` is not checked: the caller parses what comes from people.
 *
 * Every method throws what `KubernetesTransport.request` throws.
 */
export class ResourceClient<T extends KubernetesObject = KubernetesObject> {
  readonly #transport: KubernetesTransport;
  /** What is read and written. */
  readonly kind: ApiResource;

  constructor(transport: KubernetesTransport, kind: ApiResource) {
    this.#transport = transport;
    this.kind = kind;
  }

  /** @returns `undefined` if the object does not exist */
  async get(namespace: string | undefined, name: string, options: CallOptions = {}): Promise<T | undefined> {
    return (await unlessMissing(
      this.#transport.request({ ...options, method: 'GET', path: this.#path({ namespace, name }) }),
    )) as T | undefined;
  }

  async create(
    namespace: string | undefined,
    object: unknown,
    { signal, timeoutMs, ...write }: WriteOptions = {},
  ): Promise<T> {
    const query = queryOf(write);
    return (await this.#transport.request({
      signal,
      timeoutMs,
      method: 'POST',
      path: this.#path({ namespace }),
      query,
      body: object,
    })) as T;
  }

  /**
   * Deletes in the background; an object that is already gone is not an error.
   *
   * @param preconditions - What the object must still be; otherwise a conflict (409) is thrown.
   */
  async delete(
    namespace: string | undefined,
    name: string,
    {
      preconditions,
      ...options
    }: CallOptions & { readonly preconditions?: { readonly uid: string; readonly resourceVersion?: string } } = {},
  ): Promise<void> {
    const body =
      preconditions === undefined ? {} : { body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions } };
    await unlessMissing(
      this.#transport.request({ ...options, ...body, method: 'DELETE', path: this.#path({ namespace, name }) }),
    );
  }

  async listPage({ namespace, signal, timeoutMs, ...query }: ListOptions = {}): Promise<KubernetesList<T>> {
    const path = this.#path({ namespace });
    const answer = await this.#transport.request({
      method: 'GET',
      path,
      query,
      maxResponseBytes: LIST_RESPONSE_BYTES,
      timeoutMs,
      signal,
    });
    const list = listSchema.safeParse(answer);
    if (!list.success)
      throw new KubernetesResponseError(
        `GET ${path}: the answer is not a list (${z.prettifyError(list.error)}). Check what answers there.`,
      );
    return list.data as KubernetesList<T>;
  }

  /** JSON merge patch on the status subresource, as `patch`. */
  async patchStatus(
    object: { namespace: string | undefined; name: string },
    patch: unknown,
    options: CallOptions = {},
  ): Promise<T> {
    return await this.patch({ ...object, subresource: 'status' }, patch, options);
  }

  /** JSON merge patch: keys set to `null` are removed, arrays are replaced whole. */
  async patch(
    object: { namespace: string | undefined; name: string; subresource?: 'status' },
    patch: unknown,
    { signal, timeoutMs, ...write }: WriteOptions = {},
  ): Promise<T> {
    return (await this.#transport.request({
      signal,
      timeoutMs,
      method: 'PATCH',
      path: this.#path(object),
      query: queryOf(write),
      contentType: 'application/merge-patch+json',
      body: patch,
    })) as T;
  }

  /**
   * The object as the server wrote it, for what JavaScript's numbers would change.
   *
   * @returns `undefined` if the object does not exist
   */
  async getText(namespace: string | undefined, name: string, options: CallOptions = {}): Promise<string | undefined> {
    return await unlessMissing(
      this.#transport.requestText({ ...options, method: 'GET', path: this.#path({ namespace, name }) }),
    );
  }

  /**
   * Forced server-side apply: the fields in `object` become those of `fieldManager`, whoever had them. With
   * `metadata.uid` it never creates an object: a conflict (409) says that there is none of that uid.
   */
  async apply(
    of: { readonly namespace: string | undefined; readonly name: string; readonly fieldManager: string },
    object: unknown,
    options: CallOptions = {},
  ): Promise<T> {
    return (await this.#transport.request({
      ...options,
      method: 'PATCH',
      path: this.#path(of),
      query: { fieldManager: of.fieldManager, force: true },
      contentType: 'application/apply-patch+yaml',
      body: object,
    })) as T;
  }

  #path(of: { namespace: string | undefined; name?: string; subresource?: string }): string {
    return resourcePath(this.kind, of);
  }
}

async function unlessMissing<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isObjectMissing(error)) return undefined;
    throw error;
  }
}

function queryOf({ fieldManager, dryRun, isStrict }: Omit<WriteOptions, keyof CallOptions>) {
  return {
    fieldManager,
    ...(dryRun === true && { dryRun: 'All' }),
    ...(isStrict === true && { fieldValidation: 'Strict' }),
  };
}
