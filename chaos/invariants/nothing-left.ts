import type { Invariant } from './violation.ts';

/** When all is over, no workflow is open, no permit is held, and nothing waits for its deletion. */
export const nothingLeft: Invariant = ({ leftovers: { at, workflows, permits, expired } }) => [
  ...workflows.map((id) => ({ at, subjects: [id, ...id.split('/')], text: `workflow ${id} is still open` })),
  ...permits
    .filter(({ holderClosedAt }) => holderClosedAt === undefined)
    .map(({ id, node, holder }) => ({
      at,
      subjects: [id, node, ...holder.split('/')],
      text: `${holder} still has the permit ${id}`,
    })),
  ...expired.map((name) => ({
    at,
    subjects: [name],
    text: `${name} is still there after its ttlSecondsAfterFinished`,
  })),
];
