import { isTerminalRunbook } from '../api/runbook-phases.ts';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { EXIT_FAILED, EXIT_TIMED_OUT, followResource } from './follow-resource.ts';
import { printAs } from './printed-resource.ts';
import { RunbookView } from './runbook-view.ts';
import type { Format } from './serialized.ts';
import type { Session } from './session.ts';

interface EndOptions {
  /** Longest time, a Go duration. Unset: no limit. */
  readonly timeout?: string | undefined;
  /** For a program: the resource at its end goes to stdout, and the way there to stderr. */
  readonly output?: Format | 'name' | undefined;
}

/**
 * Shows a runbook until it has ended or was deleted, the time is up or Ctrl-C is pressed.
 *
 * @returns The exit code.
 */
export async function watchToEnd(
  session: Session,
  first: SeiNodeRunbook,
  { timeout, output }: EndOptions,
): Promise<number> {
  using view = new RunbookView(output === undefined ? process.stdout : process.stderr, session.command);
  const { end, stopCode, last } = await followResource(session, first, {
    client: session.runbooks,
    timeout,
    isDone: isRunbookOver,
    show: (runbook) => view.show(runbook),
    showProblem: (problem) => view.showProblem(problem),
  });
  const { name } = first.metadata;
  if (end === 'deleted')
    view.say(
      `SeiNodeRunbook ${name} was deleted, and its end was not seen here. If it was not over, it finishes the node at hand.`,
    );
  if (end === 'stopped')
    view.say(
      [
        `${stopCode === EXIT_TIMED_OUT ? `Not over within ${timeout}` : 'Interrupted'}. The runbook continues; nothing about it was changed.`,
        `Watch it again: ${session.command(`runbook status ${name} -w`)}`,
        `Pause it: ${session.command(`runbook pause ${name}`)}`,
      ].join('\n'),
    );
  if (output !== undefined) printAs(output, last);
  return { done: codeOf(last), deleted: EXIT_FAILED, stopped: stopCode }[end];
}

/** Exit code for the phase of a runbook: 1 when it Failed or was Aborted. */
export function codeOf({ status }: SeiNodeRunbook): number {
  return status?.phase === 'Failed' || status?.phase === 'Aborted' ? EXIT_FAILED : 0;
}

export function isRunbookOver({ status }: Pick<SeiNodeRunbook, 'status'>): boolean {
  return isTerminalRunbook(status?.phase);
}
