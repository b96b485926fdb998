import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from './kubernetes-object.ts';
import { objectKey } from './object-key.ts';

/**
 * A change of the object with this key. Only `uid`: it was added. Only `previousUid`: it was deleted. Both, which are
 * then equal: it was modified or resynced. An object that was replaced under its name gives two changes.
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

  /**
   * Replaces the contents with a full list. Objects that are not in it are reported as deleted; unchanged objects are
   * not reported.
   */
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

  /** Every object again, for a resync. */
  everything(): ObjectChange[] {
    return this.list().flatMap((object) => changesOf(object, object));
  }
}

/** Compares contents: after a restored backup the same resourceVersion may come again with other contents. */
function isUnchanged(previous: KubernetesObject | undefined, next: KubernetesObject): boolean {
  if (previous?.metadata.resourceVersion !== next.metadata.resourceVersion) return false;
  try {
    return isDeepStrictEqual(previous, next);
  } catch {
    // Nested some thousand levels deep, which the API server accepts. Reporting it once too often does no harm.
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
