import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { now } from '../dev/now.ts';
import type { StoredState } from './etcd-history.ts';
import type { ObservedImage } from './observations.ts';

/** How long a node takes to run another image, and how long to wait before a write is tried again, in milliseconds. */
const ROLL_OUT_MS = 600;
const RETRY_MS = 300;

interface SeenSeiNode {
  readonly spec?: { readonly image?: string };
  readonly status?: { readonly currentImage?: string };
}

/** Stands in for the controller that owns SeiNodes: a while after an image was set, the node runs it. */
export class SeiNodeController {
  readonly #seiNodes: ResourceClient;
  readonly #namespace: string;
  readonly #signal: AbortSignal;
  readonly #images = new Map<string, { image: string; setAt: number; runningAt?: number }[]>();

  constructor(seiNodes: ResourceClient, namespace: string, signal: AbortSignal) {
    this.#seiNodes = seiNodes;
    this.#namespace = namespace;
    this.#signal = signal;
  }

  /** Images of a node in the order in which they were set. */
  imagesOf(node: string): readonly ObservedImage[] {
    return this.#images.get(node) ?? [];
  }

  observe({ name, at, object }: StoredState): void {
    const image = (object as SeenSeiNode | undefined)?.spec?.image;
    const images = this.#images.get(name) ?? [];
    if (image === undefined || image === images.at(-1)?.image) return;
    this.#images.set(name, [...images, { image, setAt: at }]);
    void this.#rollOut(name, image);
  }

  async #rollOut(name: string, image: string): Promise<void> {
    await sleep(ROLL_OUT_MS);
    for (;;) {
      const last = this.#images.get(name)?.at(-1);
      if (this.#signal.aborted || last?.image !== image) return;
      try {
        last.runningAt = now();
        await this.#seiNodes.patchStatus({ namespace: this.#namespace, name }, { status: { currentImage: image } });
        return;
      } catch {
        delete last.runningAt;
        await sleep(RETRY_MS);
      }
    }
  }
}
