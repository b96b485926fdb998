import type { Invariant } from './violation.ts';

/**
 * The SDK's limit for one run of a workflow's code, which a worker that was paused during one exceeds when it continues.
 * Temporal then gives the workflow task to a worker again; code that never ends would leave its task without an end.
 */
const PAUSED = /^Script execution timed out after \d+ms$/;

/** Whatever hits a worker, the code of its workflows goes through their histories. */
export const noWorkflowError: Invariant = ({ tasks, rollingRestarts, leftovers: { at } }) =>
  [
    ...tasks.map(({ name, node, workflow }) => ({ subjects: [name, node], errors: workflow?.errors ?? [] })),
    ...rollingRestarts.map(({ planned: { name, nodes }, errors }) => ({ subjects: [name, ...nodes], errors })),
  ].flatMap(({ subjects, errors }) =>
    errors
      .filter((error) => !PAUSED.test(error))
      .map((error) => ({ at, subjects, text: `the workflow of ${subjects[0]} failed in a worker: ${error}` })),
  );
