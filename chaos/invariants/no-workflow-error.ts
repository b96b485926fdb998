import type { Invariant } from './violation.ts';

/** Whatever hits a worker, the code of its workflows goes through their histories. */
export const noWorkflowError: Invariant = ({ tasks, rollingRestarts, leftovers: { at } }) =>
  [
    ...tasks.map(({ name, node, workflow }) => ({ subjects: [name, node], errors: workflow?.errors ?? [] })),
    ...rollingRestarts.map(({ planned: { name, nodes }, errors }) => ({ subjects: [name, ...nodes], errors })),
  ].flatMap(({ subjects, errors }) =>
    errors.map((error) => ({ at, subjects, text: `the workflow of ${subjects[0]} failed in a worker: ${error}` })),
  );
