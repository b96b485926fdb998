import type { Invariant } from './violation.ts';

/** No process of the service ends unless the run stops it. */
export const nobodyDied: Invariant = ({ deaths }) =>
  deaths.map(({ process, at, how }) => ({ at, subjects: [process], text: `${process} ended by itself: ${how}` }));
