import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import type { ObjectChange } from '../../kubernetes/object-store.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { Reflector, type ReflectorOptions } from '../../kubernetes/reflector.ts';

/** A running reflector, what it reported and what it logged. */
export class ReflectorHarness implements AsyncDisposable {
  /** `+key uid` new, `-key uid` gone, `=key uid` changed or handed out again. */
  readonly changes: string[] = [];
  readonly recorded = new RecordedLog();
  readonly reflector: Reflector;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(transport: KubernetesTransport, options: Partial<ReflectorOptions> = {}) {
    this.reflector = new Reflector({
      transport,
      resource: { group: 'sei.io', version: 'v1alpha1', plural: 'seinodetasks' },
      onChange: (change) => this.changes.push(describeChange(change)),
      log: this.recorded.log,
      ...options,
    });
    this.#running = this.reflector.run(this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

/** Waits for a condition; mocha's timeout ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

function describeChange({ key, previousUid, uid }: ObjectChange): string {
  if (previousUid === undefined) return `+${key} ${uid}`;
  return uid === undefined ? `-${key} ${previousUid}` : `=${key} ${uid}`;
}
