import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import type { ObservedNode, ObservedRollingRestart, ObservedTry } from '../observations.ts';
import { endOf, triesAt, violationOf } from './rolling-restart-facts.ts';
import type { Invariant, Violation } from './violation.ts';

type ClaimedNode = NonNullable<RunbookStatus['nodes']>[number];

interface Ended {
  readonly runbook: ObservedRollingRestart;
  readonly status: RunbookStatus;
  readonly at: number;
  readonly nodes: readonly ObservedNode[];
}

/** A runbook has restarted exactly what its last status claims, once per try, and nothing else. */
export const triesAsClaimed: Invariant = ({ rollingRestarts, nodes }) =>
  rollingRestarts.flatMap((runbook) => {
    const end = endOf(runbook);
    return [...unclaimed(runbook, nodes), ...(end === undefined ? [] : wrongClaims({ runbook, ...end, nodes }))];
  });

/** Work on nodes that are not its own, or that it does not know of. */
function unclaimed(runbook: ObservedRollingRestart, nodes: readonly ObservedNode[]): Violation[] {
  const foreign = runbook.tries.filter(({ node }) => !runbook.planned.nodes.includes(node));
  const mistaken = runbook.tries.flatMap((each) =>
    nodes.filter(({ name, events }) => name !== each.node && began({ events }, each).length > 0),
  );
  const held = runbook.tries.filter((each) => each.isHeld && nodes.some((node) => began(node, each).length > 0));
  return [
    ...held.map(({ node, startedAt }) => violationOf(runbook, startedAt, `gave up a try at ${node} that was sent`)),
    ...foreign.map(({ node, startedAt }) => violationOf(runbook, startedAt, `worked on ${node}, which is not its own`)),
    ...mistaken.map(({ name }) => violationOf(runbook, 0, `sent a restart of another node to ${name}`)),
  ];
}

function wrongClaims(ended: Ended): Violation[] {
  const { runbook, status, at } = ended;
  const claimed = status.nodes ?? [];
  const wrong = [
    ...wrongEnd(ended),
    ...claimed.flatMap((node) => wrongClaim(node, ended) ?? []),
    ...runbook.tries
      .filter(({ node }) => !claimed.some(({ name }) => name === node))
      .map(({ node }) => `worked on ${node}, and its status does not say so`),
    ...lateRestarts(ended).map((node) => `restarted ${node} after its end`),
  ];
  return wrong.map((text) => violationOf(runbook, at, text));
}

function wrongEnd({ status: { phase, reason, nodes = [] } }: Ended): string[] {
  const open = nodes.find((node) => node.phase === 'Running' || (phase === 'Complete' && isUndone(node)));
  return open === undefined || reason === 'DryRun'
    ? []
    : [`is ${phase}/${reason}, but its node ${open.name} is ${open.phase}`];
}

function isUndone({ phase }: ClaimedNode): boolean {
  return phase !== 'Complete' && phase !== 'Skipped';
}

function wrongClaim({ name, phase, tries = 0 }: ClaimedNode, { runbook, at, nodes }: Ended): string | undefined {
  const made = triesAt(runbook, name);
  if (made.length !== tries) return `claims ${tries} tries at ${name}, and made ${made.length}`;
  if (phase !== 'Complete') return undefined;
  const last = made.toSorted((one, other) => one.count - other.count).at(-1);
  const node = nodes.find((each) => each.name === name);
  return last !== undefined && node !== undefined && wasCompleted(node, last, at)
    ? undefined
    : `claims that ${name} is complete, and its sidecar had not completed the restart`;
}

function wasCompleted({ events }: ObservedNode, { taskId }: ObservedTry, by: number): boolean {
  return events.some(
    (event) => event.type === 'run-ended' && event.taskId === taskId && event.end === 'completed' && event.at <= by,
  );
}

/** Names of nodes of which a restart began when the runbook had said that it was over. */
function lateRestarts({ runbook, at, nodes }: Ended): string[] {
  return runbook.tries
    .filter((each) => nodes.some((node) => (began(node, each)[0]?.at ?? 0) > at))
    .map(({ node }) => node);
}

function began({ events }: Pick<ObservedNode, 'events'>, { taskId }: ObservedTry): ObservedNode['events'] {
  return taskId === undefined ? [] : events.filter((event) => event.type === 'run-began' && event.taskId === taskId);
}
