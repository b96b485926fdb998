import type { Observations } from '../observations.ts';

/** Something that must never be seen, and was. */
export interface Violation {
  readonly text: string;
  /** Milliseconds since 1970: where in the timeline to look. */
  readonly at: number;
  /** Names of the node and the task that it is about. */
  readonly subjects: readonly string[];
}

/** @returns What was seen that must not be; nothing where all is well. */
export type Invariant = (observations: Observations) => Violation[];
