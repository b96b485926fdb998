import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { now } from '../../dev/now.ts';
import { eachAtOnce, eachStaggered } from '../series.ts';
import type { FloorActivities } from './activities.ts';
import type { ToFloor } from './messages.ts';

/** Requests that start a workflow, at the same time. */
const STARTS_AT_ONCE = 64;
const LOOK_MS = 50;

/** Starts the workflows of the floor and waits for them. */
export class FloorRuns {
  readonly #client: Client;
  readonly #taskQueue: string;
  readonly #seen: FloorActivities;

  constructor(client: Client, taskQueue: string, seen: FloorActivities) {
    this.#client = client;
    this.#taskQueue = taskQueue;
    this.#seen = seen;
  }

  /** @returns What `FromFloor` says of it, in milliseconds. */
  async obey(order: ToFloor): Promise<number[]> {
    if (order.type === 'run') return await eachAtOnce(order.count, order.atOnce, () => this.#execute());
    return order.type === 'hold' ? await this.#hold(order.count) : await this.#release(order.count, order.perSecond);
  }

  async #execute(): Promise<number> {
    const workflowId = newId();
    const startedAt = now();
    await this.#client.workflow.execute('Floor', { workflowId, taskQueue: this.#taskQueue });
    return take(this.#seen.secondStarted, workflowId) - startedAt;
  }

  async #hold(count: number): Promise<number[]> {
    await eachAtOnce(count, STARTS_AT_ONCE, () =>
      this.#client.workflow.start('HeldFloor', { workflowId: newId(), taskQueue: this.#taskQueue }),
    );
    while (this.#seen.held.size < count) await sleep(LOOK_MS);
    return [];
  }

  async #release(count: number, perSecond: number): Promise<number[]> {
    const waiting = [...this.#seen.held].slice(0, count);
    for (const [workflowId] of waiting) this.#seen.held.delete(workflowId);
    return await eachStaggered(waiting.length, 1_000 / perSecond, async (index) => {
      const [workflowId, release] = waiting[index]!;
      const releasedAt = now();
      release();
      while (!this.#seen.lastStarted.has(workflowId)) await sleep(LOOK_MS);
      return take(this.#seen.lastStarted, workflowId) - releasedAt;
    });
  }
}

function newId(): string {
  return `floor/${randomUUID()}`;
}

function take(moments: Map<string, number>, workflowId: string): number {
  const moment = moments.get(workflowId) ?? Number.NaN;
  moments.delete(workflowId);
  return moment;
}
