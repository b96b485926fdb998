import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from './kubernetes-object.ts';
import { objectKey } from './object-key.ts';

/**
 * That something happened to what has this name. Only `uid`: it is new. Only `previousUid`: it is gone. Both: it
 * changed, or it is handed out again, and they are equal, as an object replaced under its name gives two of these.
 */
export interface ObjectChange {
  /** `namespace/name`, or `name` alone for cluster-scoped objects. */
  readonly key: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly previousUid: string | undefined;
  readonly uid: string | undefined;
}

/** The objects as last seen, by key, and what each observation changed. */
export class ObjectStore<T extends KubernetesObject> {
  #objects = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  /** Takes a full list: what is not in it is gone. Objects that are as they were are not reported. */
  replaceAll(objects: readonly T[]): ObjectChange[] {
    const before = this.#objects;
    this.#objects = new Map(objects.map((object) => [objectKey(object.metadata), object]));
    const gone = [...before]
      .filter(([key]) => !this.#objects.has(key))
      .flatMap(([, object]) => changesOf(object, undefined));
    const present = [...this.#objects].flatMap(([key, object]) => {
      const previous = before.get(key);
      return isUnchanged(previous, object) ? [] : changesOf(previous, object);
    });
    return [...gone, ...present];
  }

  set(object: T): ObjectChange[] {
    const key = objectKey(object.metadata);
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    return changesOf(previous, object);
  }

  remove(object: T): ObjectChange[] {
    const key = objectKey(object.metadata);
    const previous = this.#objects.get(key);
    this.#objects.delete(key);
    const isAnother = previous && previous.metadata.uid !== object.metadata.uid;
    return [...(isAnother ? changesOf(previous, undefined) : []), ...changesOf(object, undefined)];
  }

  /** Every object once more, for a resync. */
  everything(): ObjectChange[] {
    return this.list().flatMap((object) => changesOf(object, object));
  }
}

/** After a restored backup a resourceVersion may come twice, with other contents: it alone does not tell. */
function isUnchanged(previous: KubernetesObject | undefined, next: KubernetesObject): boolean {
  if (previous?.metadata.resourceVersion !== next.metadata.resourceVersion) return false;
  try {
    return isDeepStrictEqual(previous, next);
  } catch {
    // Nested some thousand levels deep, which the API server takes: one report too many does no harm.
    return false;
  }
}

function changesOf(previous: KubernetesObject | undefined, next: KubernetesObject | undefined): ObjectChange[] {
  const metadata = (next ?? previous)?.metadata;
  if (!metadata) return [];
  const subject = { key: objectKey(metadata), namespace: metadata.namespace, name: metadata.name };
  const previousUid = previous?.metadata.uid;
  const uid = next?.metadata.uid;
  const isReplaced = previous && next && previousUid !== uid;
  return isReplaced
    ? [
        { ...subject, previousUid, uid: undefined },
        { ...subject, previousUid: undefined, uid },
      ]
    : [{ ...subject, previousUid, uid }];
}
