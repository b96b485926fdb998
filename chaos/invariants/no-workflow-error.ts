import type { Invariant } from './violation.ts';

/** Whatever hits a worker, the code of its workflows goes through their histories. */
export const noWorkflowError: Invariant = ({ tasks, leftovers: { at } }) =>
  tasks.flatMap(({ name, node, workflow }) =>
    (workflow?.errors ?? []).map((error) => ({
      at,
      subjects: [name, node],
      text: `the workflow of ${name} failed in a worker: ${error}`,
    })),
  );
