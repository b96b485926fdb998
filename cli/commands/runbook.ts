import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { parse } from 'yaml';
import { nodeVerbs, type RunbookVerb } from '../../api/runbook-phases.ts';
import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { present } from '../../lib/present.ts';
import { CommandRefusedError, UsageError } from '../errors.ts';
import { assertTimeoutUsed, followResource } from '../follow-resource.ts';
import { codeOf, followRunbook, isRunbookOver } from '../follow-runbook.ts';
import { generatedName } from '../generated-name.ts';
import { note, print, widthOf } from '../output.ts';
import type { CommandLine } from '../runbook-choices.ts';
import { runbookLines } from '../runbook-lines.ts';
import { FIELD_MANAGER, Session, type ClusterOptions } from '../session.ts';

/** Longest wait for the answer to a command, as a Go duration. */
const ANSWER_TIMEOUT = '30s';
/** Plans are deleted by the service if this program could not. In seconds. */
const PLAN_TTL = 600;

export interface RunbookOptions extends ClusterOptions {
  readonly filename?: string | undefined;
  readonly reason?: string | undefined;
  readonly watch?: boolean | undefined;
  readonly timeout?: string | undefined;
}

export type RunbookAction = RunbookVerb | 'plan' | 'status';

/** @throws UsageError for arguments and options that do not fit the action. */
export async function runbook(
  action: RunbookAction,
  { name, node }: Operands,
  options: RunbookOptions,
): Promise<number> {
  assertFits(action, { name, node }, options);
  await using session = await Session.open(options);
  if (action === 'plan') return await plan(session, options.filename ?? '-');
  const read = await session.runbook(name ?? '');
  return action === 'status'
    ? await status(session, read, options)
    : await steer(session, read, { ...options, verb: action, node });
}

interface Operands {
  readonly name: string | undefined;
  readonly node: string | undefined;
}

function assertFits(action: RunbookAction, operands: Operands, { filename, watch }: RunbookOptions): void {
  if (action === 'plan') {
    if (filename === undefined || operands.name !== undefined)
      throw new UsageError('plan needs -f FILE and no RUNBOOK.');
    return;
  }
  if (filename !== undefined) throw new UsageError(`-f is for plan, not for ${action}.`);
  if (watch && action !== 'status') throw new UsageError(`--watch is for status, not for ${action}.`);
  assertOperands(action, operands);
}

function assertOperands(action: Exclude<RunbookAction, 'plan'>, { name, node }: Operands): void {
  if (name === undefined) throw new UsageError(`${action} needs the name of a RUNBOOK.`);
  const needsNode = action !== 'status' && nodeVerbs.includes(action);
  if (needsNode !== (node !== undefined)) throw new UsageError(`${action} needs ${needsNode ? 'a' : 'no'} NODE.`);
}

async function status(session: Session, first: SeiNodeRunbook, options: RunbookOptions): Promise<number> {
  const { watch, timeout } = options;
  assertTimeoutUsed(options, 'watch');
  if (watch) return (await followRunbook(session, first, { timeout, stream: process.stdout })).code;
  printRunbook(session, first);
  return codeOf(first);
}

function printRunbook(session: Session, resource: SeiNodeRunbook): void {
  const command: CommandLine = (words, program) => session.command(words, program);
  runbookLines(resource, { nowMs: Date.now(), command, width: widthOf(process.stdout) }).forEach(print);
}

/** Writes `spec.control` and waits for the answer to it. */
async function steer(
  session: Session,
  { metadata }: SeiNodeRunbook,
  { verb, node, reason }: RunbookOptions & { readonly verb: RunbookVerb; readonly node: string | undefined },
): Promise<number> {
  const { namespace, name, uid } = metadata;
  const id = randomUUID();
  // Fields of an earlier command must not stay.
  const control = { id, verb, node: node ?? null, reason: reason ?? null };
  const written = await session.runbooks.patch(
    { namespace, name },
    { metadata: { uid }, spec: { control } },
    { fieldManager: FIELD_MANAGER },
  );
  const isAnswered = ({ status: now }: SeiNodeRunbook): boolean => now?.control?.id === id;
  const { last } = await followResource(session, written, {
    client: session.runbooks,
    isDone: (each) => isAnswered(each) || isRunbookOver(each),
    timeout: ANSWER_TIMEOUT,
    show: () => undefined,
    showProblem: (problem) => note(`Trying again: ${problem}`),
  });
  const { control: answer, phase } = last.status ?? {};
  if (answer?.id !== id)
    throw new CommandRefusedError(
      isRunbookOver(last)
        ? `SeiNodeRunbook ${namespace}/${name} is already ${phase}; nothing was changed.`
        : `The command was written, but not answered within ${ANSWER_TIMEOUT}. It may still be carried out. Check: ${session.command(`runbook status ${name}`)}`,
    );
  if (!answer.accepted) throw new CommandRefusedError(answer.message);
  print(answer.message);
  return 0;
}

/** Has the service plan a runbook as a dry run, which is deleted afterwards. */
async function plan(session: Session, file: string): Promise<number> {
  const manifest = await readManifest(file);
  const { apiVersion, kind, metadata = {}, spec = {} } = manifest;
  const runbooks = session.runbooks;
  const created = await runbooks.create(
    session.namespace,
    {
      apiVersion,
      kind,
      metadata: { name: generatedName(`${metadata.name ?? 'runbook'}-plan-`), ...present({ labels: metadata.labels }) },
      spec: { ...spec, dryRun: true, ttlSecondsAfterFinished: PLAN_TTL },
    },
    { fieldManager: FIELD_MANAGER },
  );
  try {
    return (await followRunbook(session, created, { timeout: undefined, stream: process.stdout })).code;
  } finally {
    await runbooks.delete(created.metadata.namespace, created.metadata.name);
  }
}

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly labels?: object };
  readonly spec?: object;
}

async function readManifest(file: string): Promise<Manifest> {
  const text = file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8');
  const manifest: unknown = parse(text, { version: '1.1' });
  if ((manifest as Manifest | null)?.kind !== 'SeiNodeRunbook')
    throw new UsageError(`${file} must be the manifest of one SeiNodeRunbook.`);
  return manifest as Manifest;
}
