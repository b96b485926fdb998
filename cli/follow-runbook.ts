import { isTerminalRunbook } from '../api/runbook-phases.ts';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { EXIT_FAILED, EXIT_TIMED_OUT, followResource } from './follow-resource.ts';
import { RunbookView } from './runbook-view.ts';
import type { Session } from './session.ts';

export interface FollowedRunbook {
  readonly code: number;
  /** As last seen. */
  readonly runbook: SeiNodeRunbook;
}

/** Shows a runbook on `stream` until it has ended or was deleted, the time is up or Ctrl-C is pressed. */
export async function followRunbook(
  session: Session,
  first: SeiNodeRunbook,
  { timeout, stream }: { readonly timeout: string | undefined; readonly stream: NodeJS.WriteStream },
): Promise<FollowedRunbook> {
  using view = new RunbookView(stream, (words, program) => session.command(words, program));
  const { end, stopCode, last } = await followResource(session, first, {
    client: session.runbooks,
    timeout,
    isDone: isRunbookOver,
    show: (runbook) => view.show(runbook),
    showProblem: (problem) => view.showProblem(problem),
  });
  const { name } = first.metadata;
  if (end === 'done') return { code: codeOf(last), runbook: last };
  if (end === 'deleted') {
    view.say(`SeiNodeRunbook ${name} was deleted before it had ended. Work on the node at hand is finished.`);
    return { code: EXIT_FAILED, runbook: last };
  }
  const why = stopCode === EXIT_TIMED_OUT ? `Not over within ${timeout}` : 'Interrupted';
  view.say(
    [
      `${why}. The runbook continues; nothing about it was changed.`,
      `Watch it again: ${session.command(`runbook status ${name} -w`)}`,
      `Stop it after the node at hand: ${session.command(`runbook pause ${name}`)}`,
    ].join('\n'),
  );
  return { code: stopCode, runbook: last };
}

/** Exit code for the phase of a runbook: 1 when it Failed or was Aborted. */
export function codeOf({ status }: SeiNodeRunbook): number {
  return status?.phase === 'Failed' || status?.phase === 'Aborted' ? EXIT_FAILED : 0;
}

export function isRunbookOver({ status }: SeiNodeRunbook): boolean {
  return isTerminalRunbook(status?.phase);
}
