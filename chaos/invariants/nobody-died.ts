import type { Invariant } from './violation.ts';

/** No process of the service ends unless the run stops it, and then it ends by itself with exit code 0. */
export const nobodyDied: Invariant = ({ deaths }) =>
  deaths.map(({ process, at, how }) => ({ at, subjects: [process], text: `${process} ended: ${how}` }));
