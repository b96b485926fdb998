import type { Invariant } from './violation.ts';

/** When all is over, no workflow is open, no permit is taken, and nothing waits for its deletion. */
export const nothingLeft: Invariant = ({ leftovers: { at, workflows, expiredTasks } }) => [
  ...workflows.map((id) => ({ at, subjects: [id, ...id.split('/')], text: `workflow ${id} is still open` })),
  ...expiredTasks.map((name) => ({ at, subjects: [name], text: `SeiNodeTask ${name} is still there after its ttlSecondsAfterFinished` })),
];
