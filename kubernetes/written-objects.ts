import type { KubernetesObject } from './kubernetes-object.ts';

/** Enough for the objects in work at the same time. More would only use memory. */
const MOST = 1_000;

/**
 * Objects as this process last wrote them, by uid, so that the next write of one needs no read. A write by another
 * client since then causes a conflict. Keeps the last 1,000.
 */
export class WrittenObjects<T extends KubernetesObject> {
  readonly #objects = new Map<string, T>();

  get(uid: string): T | undefined {
    return this.#objects.get(uid);
  }

  keep(object: T): void {
    const { uid } = object.metadata;
    this.#objects.delete(uid);
    this.#objects.set(uid, object);
    const [oldest] = this.#objects.keys();
    if (this.#objects.size > MOST && oldest !== undefined) this.#objects.delete(oldest);
  }

  forget(uid: string): void {
    this.#objects.delete(uid);
  }
}
