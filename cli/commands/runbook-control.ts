import { randomUUID } from 'node:crypto';
import type { RunbookVerb } from '../../api/runbook-phases.ts';
import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { asSentence } from '../../lib/as-sentence.ts';
import { printable } from '../../lib/printable.ts';
import { mayHaveBeenCarriedOut } from '../create-outcome.ts';
import { CommandRefusedError, CommandUncertainError } from '../errors.ts';
import { assertTimeoutUsed, EXIT_TIMED_OUT, followResource, type FollowedResource } from '../follow-resource.ts';
import { isRunbookOver, watchToEnd } from '../follow-runbook.ts';
import { note, print } from '../output.ts';
import { printAs } from '../printed-resource.ts';
import type { Format } from '../serialized.ts';
import { FIELD_MANAGER, Session, type ClusterOptions } from '../session.ts';
import { mostSimilar } from '../similar.ts';

/** Longest wait for the answer to a command, as a Go duration. */
const ANSWER_TIMEOUT = '1m';

interface ControlOptions extends ClusterOptions {
  readonly reason?: string;
  readonly wait?: boolean;
  /** Go duration. */
  readonly timeout?: string;
  readonly output?: Format | 'name';
}

interface RunbookCommand {
  /** Of the runbook. */
  readonly name: string;
  readonly verb: RunbookVerb;
  /** For skip and retry. */
  readonly node?: string;
}

/**
 * Writes a command to a runbook and waits for the answer to it and, if asked to, for the end of the runbook.
 *
 * @throws CommandRefusedError, CommandUncertainError
 */
export async function steerRunbook(command: RunbookCommand, options: ControlOptions): Promise<number> {
  assertTimeoutUsed(options, 'wait');
  await using session = await Session.open(options);
  const first = await session.runbook(command.name);
  assertNotOver(session, first);
  const id = randomUUID();
  const { last, end, stopCode } = await followToAnswer(
    session,
    await written(session, first, { ...command, id, reason: options.reason }),
    id,
  );
  const answer = last.status?.control;
  if (answer?.id !== id) {
    const isTimeout = stopCode === EXIT_TIMED_OUT;
    const look = end === 'deleted' ? '' : ` Look: ${session.command(`runbook status ${command.name}`)}`;
    const problem = `${unanswered(last, { id, end, isTimeout })}${look}`;
    if (end !== 'stopped' || isTimeout) throw new CommandUncertainError(problem);
    note(problem);
    return stopCode;
  }
  if (!answer.accepted) throw new CommandRefusedError(`${printable(answer.message)}${nodeHint(last, command.node)}`);
  return await reported(session, last, options);
}

/** After a command was accepted. */
async function reported(session: Session, runbook: SeiNodeRunbook, options: ControlOptions): Promise<number> {
  const { wait, output } = options;
  const announce = output === undefined ? print : note;
  announce(printable(runbook.status?.control?.message ?? ''));
  if (wait === true) return await watchToEnd(session, runbook, options);
  if (output !== undefined) printAs(output, runbook);
  return 0;
}

function assertNotOver(session: Session, { metadata: { name }, status }: SeiNodeRunbook): void {
  if (!isRunbookOver({ status })) return;
  throw new CommandRefusedError(
    `SeiNodeRunbook ${session.namespace}/${name} is already ${status?.phase}; nothing was changed. Create a new one for what is left.`,
  );
}

/** The runbook with the command, or as it was before when it is not known whether it was written. */
async function written(
  session: Session,
  first: SeiNodeRunbook,
  { id, verb, node, reason }: RunbookCommand & { readonly id: string; readonly reason: string | undefined },
): Promise<SeiNodeRunbook> {
  const { namespace, name, uid } = first.metadata;
  // Fields of an earlier command must not stay.
  const control = { id, verb, node: node ?? null, reason: reason ?? null };
  try {
    return await session.runbooks.patch(
      { namespace, name },
      { metadata: { uid }, spec: { control } },
      { fieldManager: FIELD_MANAGER },
    );
  } catch (error) {
    if (!(error instanceof KubernetesError) || !mayHaveBeenCarriedOut(error)) throw error;
    note(`Looking whether the command was written: ${asSentence(printable(error.message))}`);
    return first;
  }
}

async function followToAnswer(
  session: Session,
  first: SeiNodeRunbook,
  id: string,
): Promise<FollowedResource<SeiNodeRunbook>> {
  const isWritten = controlIdOf(first) === id;
  return await followResource(session, first, {
    client: session.runbooks,
    timeout: ANSWER_TIMEOUT,
    isDone: (runbook) =>
      runbook.status?.control?.id === id || isRunbookOver(runbook) || (isWritten && controlIdOf(runbook) !== id),
    show: () => undefined,
    showProblem: (problem) => note(`Trying again: ${problem}`),
  });
}

/** What is known of a command that has no answer. */
function unanswered(
  { metadata: { namespace, name }, ...last }: SeiNodeRunbook,
  { id, end, isTimeout }: { readonly id: string; readonly end: string; readonly isTimeout: boolean },
): string {
  const runbook = `SeiNodeRunbook ${namespace}/${name}`;
  if (end === 'deleted') return `${runbook} was deleted before it answered. The command may have been carried out.`;
  if (isRunbookOver(last)) return `${runbook} has ended (${last.status?.phase}) before it answered.`;
  const isWritten = controlIdOf(last) === id;
  if (end === 'done') return 'Another command replaced this one before it was answered. It may have been carried out.';
  const known = isWritten ? 'The command was written and' : 'It is not known whether the command was written. It';
  return isTimeout
    ? `${known} was not answered within ${ANSWER_TIMEOUT}. It may still be carried out. Check that the service runs.`
    : `Interrupted. ${known} may still be carried out.`;
}

function controlIdOf({ spec }: Pick<SeiNodeRunbook, 'spec'>): string | undefined {
  return (spec?.['control'] as { readonly id?: string } | undefined)?.id;
}

/** ` Did you mean validator-3?` for a node that is not one of the runbook's. */
function nodeHint({ status }: SeiNodeRunbook, node: string | undefined): string {
  const names = status?.nodes?.map(({ name }) => name) ?? [];
  const similar = node === undefined || names.includes(node) ? undefined : mostSimilar(node, names);
  return similar === undefined ? '' : ` Did you mean ${printable(similar)}?`;
}
