import type { RunbookVerb } from '../../api/runbook-phases.ts';
import type { ObservedRollingRestart } from '../observations.ts';
import { commandsTo, endOf, triesAt, violationOf } from './rolling-restart-facts.ts';
import type { Invariant, Violation } from './violation.ts';

/**
 * No node is restarted again without a retry, none is left out without a skip, and no runbook is aborted, unless somebody
 * asked for it. A command whose id was used before has no effect.
 */
export const asCommanded: Invariant = ({ rollingRestarts }) =>
  rollingRestarts.flatMap((runbook) => [...againUnasked(runbook), ...endUnasked(runbook), ...wrongAnswers(runbook)]);

function wasAsked(runbook: ObservedRollingRestart, verb: RunbookVerb, node?: string): number {
  return commandsTo(runbook).filter((command) => command.verb === verb && command.node === node).length;
}

function againUnasked(runbook: ObservedRollingRestart): Violation[] {
  return [...new Set(runbook.tries.map(({ node }) => node))].flatMap((node) => {
    const tries = triesAt(runbook, node);
    const retries = wasAsked(runbook, 'retry', node);
    if (tries.length <= 1 + retries) return [];
    const text = `tried ${node} ${tries.length} times, and was asked for ${retries} retries`;
    return [violationOf(runbook, tries.at(-1)?.startedAt ?? 0, text)];
  });
}

function endUnasked(runbook: ObservedRollingRestart): Violation[] {
  const end = endOf(runbook);
  if (end === undefined) return [];
  const { reason, nodes = [] } = end.status;
  const inSpec = new Set(runbook.states.flatMap(({ spec }) => spec.skipNodes ?? []));
  const skipped = nodes.filter(
    ({ name, phase }) => phase === 'Skipped' && !inSpec.has(name) && wasAsked(runbook, 'skip', name) === 0,
  );
  return [
    ...skipped.map(({ name }) => violationOf(runbook, end.at, `skipped ${name}, and nobody asked for it`)),
    ...(reason === 'AbortedByOperator' && wasAsked(runbook, 'abort') === 0
      ? [violationOf(runbook, end.at, 'was aborted, and nobody asked for it')]
      : []),
    ...(reason === 'WorkflowTerminated' ? [violationOf(runbook, end.at, 'lost its workflow')] : []),
  ];
}

/** An answer is to the first command with its id. */
function wrongAnswers(runbook: ObservedRollingRestart): Violation[] {
  const commands = commandsTo(runbook);
  return runbook.states.flatMap(({ at, status }) => {
    const answer = status?.control;
    if (answer === undefined) return [];
    const command = commands.find(({ id }) => id === answer.id);
    if (command !== undefined && command.verb === answer.verb && command.node === answer.node) return [];
    return [violationOf(runbook, at, `answered ${answer.verb} ${answer.id}, which was not asked for`)];
  });
}
