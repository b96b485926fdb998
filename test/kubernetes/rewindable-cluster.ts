/** An object as the API server would hold it; `written` is different in every version that ever was. */
export interface Thing {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly written: number;
}

export interface ThingEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Thing;
}

/** What a person does to the object of a name. A write creates it if there is none. */
export interface Change {
  readonly name: string;
  readonly action: 'write' | 'delete' | 'replace';
}

/**
 * The truth behind an API server: objects with etcd's revisions, and every event since the last compaction. It can be
 * restored from a backup; then revisions come a second time, with other contents.
 */
export class RewindableCluster {
  revision = 10;
  readonly #snapshots = new Map<number, ReadonlyMap<string, Thing>>([[10, new Map()]]);
  #events: ThingEvent[] = [];
  #compactedUntil = 0;
  #written = 0;

  list(revision = this.revision): Thing[] {
    return [...(this.#snapshots.get(revision)?.values() ?? [])];
  }

  /** @returns `undefined` when these events have been compacted */
  eventsSince(revision: number): ThingEvent[] | undefined {
    if (revision < this.#compactedUntil) return undefined;
    return this.#events.filter(({ object }) => Number(object.metadata.resourceVersion) > revision);
  }

  change({ name, action }: Change): void {
    const existing = this.#objects().get(name);
    if (existing && action !== 'write') this.#commit('DELETED', this.#next(existing));
    if (action === 'delete') return;
    const now = this.#objects().get(name);
    this.#commit(now ? 'MODIFIED' : 'ADDED', this.#next(now ?? newThing(name, this.#written)));
  }

  compact(): void {
    this.#compactedUntil = this.revision;
    this.#events = [];
  }

  /** Goes back this many revisions, at most to the beginning. */
  restore(revisions: number): void {
    this.revision = Math.max(10, this.revision - revisions);
    this.#events = this.#events.filter(({ object }) => Number(object.metadata.resourceVersion) <= this.revision);
    this.#compactedUntil = Math.min(this.#compactedUntil, this.revision);
  }

  #objects(): ReadonlyMap<string, Thing> {
    return this.#snapshots.get(this.revision)!;
  }

  #next({ metadata }: Thing): Thing {
    this.#written += 1;
    return { metadata: { ...metadata, resourceVersion: String(this.revision + 1) }, written: this.#written };
  }

  #commit(type: ThingEvent['type'], object: Thing): void {
    const objects = new Map(this.#objects());
    if (type === 'DELETED') objects.delete(object.metadata.name);
    else objects.set(object.metadata.name, object);
    this.revision += 1;
    this.#snapshots.set(this.revision, objects);
    this.#events.push({ type, object });
  }
}

function newThing(name: string, written: number): Thing {
  return { metadata: { namespace: 'ns', name, uid: `uid-${written}`, resourceVersion: '' }, written };
}
