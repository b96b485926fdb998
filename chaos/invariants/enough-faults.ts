import { faultTypeNames } from '../plan/fault-types.ts';
import { TIMES_EACH } from '../plan/plan-faults.ts';
import type { Invariant } from './violation.ts';

/** A run that has hardly met a fault says nothing about it. */
export const enoughFaults: Invariant = ({ faults, leftovers }) =>
  faultTypeNames.flatMap((type) => {
    const times = faults.filter((fault) => fault.type === type && fault.tookEffect).length;
    if (times >= TIMES_EACH) return [];
    return [{ at: leftovers.at, subjects: [], text: `${type} took effect ${times} times, not ${TIMES_EACH}` }];
  });
