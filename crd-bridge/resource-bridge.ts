import type { Log, LogFields } from '../api/log.ts';
import type { Metrics } from '../api/metrics.ts';
import { present } from '../lib/present.ts';
import type { MirrorTarget } from '../api/temporal/task-input.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';
import { timed } from '../lib/timed.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import type { ObjectChange } from '../kubernetes/object-store.ts';
import { Reflector, type ChangeSource } from '../kubernetes/reflector.ts';
import type { ApiResource } from '../kubernetes/resource-path.ts';
import { WorkQueue } from './work-queue.ts';

/** Resources reconciled at the same time. Each reconcile is two or three short calls. */
const CONCURRENCY = 16;

/** Reconciles one resource with its workflow. */
export interface Reconciler<Resource> {
  /**
   * @param workflowId - Contains the uid, so a resource that is created again under the same name has another key.
   * @param resource - As it is in the cache.
   * @throws KubernetesError, or a Temporal service error. Nothing is lost; the key has to be requeued.
   */
  reconcile(workflowId: string, resource: Resource): Promise<void>;
  /** Cancels the workflow of a resource that is gone. @throws As `reconcile`. */
  cancelOrphan(workflowId: string): Promise<void>;
  /** Drops what is remembered of a resource that is gone. */
  drop(workflowId: string): void;
  /** Makes the next `reconcile` ask the Temporal server again, even if the workflow was seen open a short time ago. */
  forget(workflowId: string): void;
  /**
   * Notes that a list has the workflow as open: one list saves a call for each of thousands of resources.
   *
   * @param listedAtMs - When the list began, in milliseconds since the epoch. What was heard later is newer.
   */
  noteOpen(workflowId: string, listedAtMs: number): void;
}

/** What a reconciler gets from its bridge. */
export interface ReconcilerHost {
  /** Requeues a resource after a delay. */
  readonly reconcileAfter: (workflowId: string, delayMs: number) => void;
}

export interface ResourceBridgeOptions<Resource extends KubernetesObject> {
  readonly transport: KubernetesTransport;
  readonly resource: ApiResource;
  readonly idOf: (metadata: MirrorTarget) => string;
  readonly parseId: (workflowId: string) => MirrorTarget | undefined;
  /** Whether the resource is at its end, and its workflow may be closed. */
  readonly isFinished: (resource: Resource) => boolean;
  readonly createReconciler: (host: ReconcilerHost) => Reconciler<Resource>;
  /** What a log line says about a key. */
  readonly keyFields: (workflowId: string) => LogFields;
  /** What to keep of each resource in memory. Unset: all of it, without what each field manager owns. */
  readonly trim?: (resource: Resource) => Resource;
  /** Namespaces to watch. Empty: all namespaces. */
  readonly namespaces: readonly string[];
  /** Label selector for the resources to carry out. Unset: all. */
  readonly selector?: string | undefined;
  /** Whether this process leads at this moment. One that does not takes no new work. */
  readonly isLeading: () => boolean;
  /** Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
  readonly log: Log;
}

/** Watches the resources of one kind and reconciles each with its workflow, for as long as it runs. */
export class ResourceBridge<Resource extends KubernetesObject> {
  readonly #options: ResourceBridgeOptions<Resource>;
  /** By namespace; `undefined`: all namespaces. */
  readonly #reflectors: ReadonlyMap<string | undefined, Reflector<Resource>>;
  readonly #client: ResourceClient<Resource>;
  readonly #reconciler: Reconciler<Resource>;
  readonly #queue: WorkQueue;
  /**
   * Workflows to cancel, because the watch delivered the deletion of their resource or the search for orphans chose them.
   * All others whose resource is gone are left to that search: what a list lacks may be the mistake of a restore.
   */
  readonly #orphans = new Set<string>();
  /** Of reconciles, over all resources. */
  readonly #failures = new RepeatedFailures();

  constructor(options: ResourceBridgeOptions<Resource>) {
    this.#options = options;
    this.#client = new ResourceClient<Resource>(options.transport, options.resource);
    this.#reconciler = options.createReconciler({
      reconcileAfter: (workflowId, delayMs) => this.#queue.addAfter(workflowId, delayMs),
    });
    this.#queue = new WorkQueue({
      concurrency: CONCURRENCY,
      // After a pause of the process the lease may be lost before the signal of `run` is aborted.
      handle: async (workflowId) => {
        if (options.isLeading()) await this.#reconcile(workflowId);
      },
      onFailure: (workflowId, error, retryInMs) =>
        options.log('ReconcileFailed', {
          ...options.keyFields(workflowId),
          ...this.#failures.failed(error, retryInMs),
        }),
    });
    const namespaces = options.namespaces.length > 0 ? options.namespaces : [undefined];
    this.#reflectors = new Map(namespaces.map((namespace) => [namespace, this.#reflector(namespace)]));
  }

  /** Why the cache is not complete and kept up to date by a watch. `undefined`: it is. */
  get problem(): string | undefined {
    const stale = [...this.#reflectors.values()].find(
      ({ hasSynced, lastError }) => !hasSynced || lastError !== undefined,
    );
    return stale && (stale.lastError?.message ?? `The ${this.#options.resource.plural} are being listed.`);
  }

  /** Number of resources that wait to be reconciled, also after a failure. */
  get queueLength(): number {
    return this.#queue.size;
  }

  /** How many of them wait because their last reconcile failed. */
  get failing(): number {
    return this.#queue.failing;
  }

  /** Time since the API server last sent anything on the watch that is silent for longest, in milliseconds. */
  get watchAgeMs(): number {
    return Math.max(...[...this.#reflectors.values()].map(({ ageMs }) => ageMs));
  }

  /** All resources in the cache. */
  get resources(): readonly Resource[] {
    return [...this.#reflectors.values()].flatMap((reflector) => reflector.list());
  }

  /** Resolves when every namespace was listed. */
  get synced(): Promise<unknown> {
    return Promise.all([...this.#reflectors.values()].map((reflector) => reflector.synced));
  }

  /** Runs until the signal is aborted and the running reconciles are done. No reconcile starts after the abort. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.#queue.stop(), { once: true });
    await Promise.all([...this.#reflectors.values()].map((reflector) => reflector.run(signal)));
    await this.#queue.stop();
  }

  /** Cancels the workflow of a resource that is gone. */
  cancelOrphan(workflowId: string): void {
    this.#orphans.add(workflowId);
    this.#queue.add(workflowId);
  }

  /**
   * A workflow writes its end before it closes. One that was terminated does not, so closed workflows are reconciled.
   */
  onClosed(workflowId: string): void {
    const resource = this.resourceOf(workflowId);
    if (resource !== undefined && !this.#options.isFinished(resource)) this.#lookAgain(workflowId);
  }

  /**
   * Finds workflows that the Temporal server has lost.
   *
   * @param open - Ids of all open workflows.
   * @param listedAtMs - When their list began, in milliseconds since the epoch.
   */
  onOpen(open: ReadonlySet<string>, listedAtMs: number): void {
    for (const resource of this.resources.filter((each) => !this.#options.isFinished(each))) {
      const workflowId = this.#options.idOf(referenceTo(resource));
      if (open.has(workflowId)) this.#reconciler.noteOpen(workflowId, listedAtMs);
      else this.#lookAgain(workflowId);
    }
  }

  /** The resource that a workflow belongs to, if it is in the cache. */
  resourceOf(workflowId: string): Resource | undefined {
    const reference = this.#options.parseId(workflowId);
    if (reference === undefined) return undefined;
    const { namespace, name, uid } = reference;
    const resource = this.#reflectorFor(namespace)?.get(`${namespace}/${name}`);
    return resource?.metadata.uid === uid ? resource : undefined;
  }

  /** Asks the API server: the cache may lag, or be filtered by labels. @throws KubernetesError */
  async exists(workflowId: string, signal?: AbortSignal): Promise<boolean> {
    const reference = this.#options.parseId(workflowId);
    if (reference === undefined) return false;
    const { namespace, name, uid } = reference;
    return (await this.#client.get(namespace, name, present({ signal })))?.metadata.uid === uid;
  }

  /** Whether it is the workflow of a resource that would be in the cache, unless that is filtered by labels. */
  isWatched(workflowId: string): boolean {
    const reference = this.#options.parseId(workflowId);
    return reference !== undefined && (this.#reflectorFor(reference.namespace)?.hasSynced ?? false);
  }

  #reflector(namespace: string | undefined): Reflector<Resource> {
    const { transport, resource, selector, trim, metrics, log } = this.#options;
    return new Reflector<Resource>({
      transport,
      resource,
      ...present({ namespace, labelSelector: selector, trim }),
      onRelist: () => metrics?.count('sei_bridge_relists_total', {}),
      log,
      onChange: (change, source) => this.#onChange(change, source),
    });
  }

  #onChange({ namespace = '', name, previousUid, uid }: ObjectChange, source: ChangeSource): void {
    const changed = uid ?? previousUid;
    if (changed === undefined) return;
    const workflowId = this.#options.idOf({ namespace, name, uid: changed });
    if (uid === undefined && source === 'watch') this.cancelOrphan(workflowId);
    else this.#queue.add(workflowId);
  }

  async #reconcile(workflowId: string): Promise<void> {
    await timed(this.#handle(workflowId), ({ ok }, seconds) =>
      this.#options.metrics?.record(
        'sei_bridge_reconcile_duration_seconds',
        { result: ok ? 'success' : 'error' },
        seconds,
      ),
    );
  }

  async #handle(workflowId: string): Promise<void> {
    const resource = this.resourceOf(workflowId);
    if (resource !== undefined) {
      // A backup may have brought it back.
      this.#orphans.delete(workflowId);
      return await this.#reconciler.reconcile(workflowId, resource);
    }
    this.#reconciler.drop(workflowId);
    if (!this.#orphans.has(workflowId)) return;
    if (!(await this.exists(workflowId))) await this.#reconciler.cancelOrphan(workflowId);
    this.#orphans.delete(workflowId);
  }

  #lookAgain(workflowId: string): void {
    this.#reconciler.forget(workflowId);
    this.#queue.add(workflowId);
  }

  #reflectorFor(namespace: string): Reflector<Resource> | undefined {
    return this.#reflectors.get(namespace) ?? this.#reflectors.get(undefined);
  }
}

function referenceTo({ metadata: { namespace = '', name, uid } }: KubernetesObject): MirrorTarget {
  return { namespace, name, uid };
}
