import { createHash } from 'node:crypto';
import type { SidecarVersion, TasksOnSigterm } from './task-context.ts';

/** The rate that was observed with a real v0.0.56. */
const FAILED = 5;
const TRIES = 36;

/** Decides for each task whether a sidecar that gets a SIGTERM stores the task as failed before it ends. */
export class SigtermDraw {
  readonly #behaviour: TasksOnSigterm;
  #drawn = 0;

  constructor(version: SidecarVersion, behaviour: TasksOnSigterm) {
    // Only v0.0.56 stores that.
    this.#behaviour = version === 'v0.0.56' ? behaviour : 'keep';
  }

  storesFailure(): boolean {
    if (typeof this.#behaviour === 'string') return this.#behaviour === 'fail';
    this.#drawn += 1;
    const digest = createHash('sha256').update(`${this.#behaviour.seed} ${this.#drawn}`).digest();
    return digest.readUInt32BE() % TRIES < FAILED;
  }
}
