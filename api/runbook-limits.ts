/** Largest number of nodes of one runbook. */
export const MOST_RUNBOOK_NODES = 2_000;
/** Nodes that the status lists one by one; of a larger runbook it has counts and the last failures. */
export const LISTED_NODES = 100;
/** Failures that the status lists. */
export const LISTED_FAILURES = 10;
