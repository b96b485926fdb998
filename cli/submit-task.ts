import { setTimeout as sleep } from 'node:timers/promises';
import { REQUEST_ID_ANNOTATION } from '../api/provenance.ts';
import { asSentence } from '../lib/as-sentence.ts';
import { printable } from '../lib/printable.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { createOutcome, mayHaveBeenCarriedOut, type Finding } from './create-outcome.ts';
import { note } from './output.ts';
import { FIELD_MANAGER, type Session } from './session.ts';
import type { Task } from './task.ts';

/** How long a task is looked for whose creation was not confirmed, in milliseconds. */
const LOOK_MS = 5_000;
const BETWEEN_LOOKS_MS = 500;
/** Longest quoted problem, in UTF-16 code units. */
const PROBLEM_LIMIT = 1024;

/** What is sent to create a task. */
export interface TaskManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: object;
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
}

interface Look {
  readonly finding: Finding;
  readonly task?: Task | undefined;
}

/**
 * Creates a task. If the answer is lost, the task is looked for by its name, because a creation that is repeated may
 * restart a node twice.
 *
 * @throws CreationUncertainError, NameTakenError; KubernetesError when the task was certainly not created.
 */
export async function submitTask(session: Session, manifest: TaskManifest, dryRun: boolean): Promise<Task> {
  try {
    return await session.tasks.create(session.namespace, manifest, { fieldManager: FIELD_MANAGER, dryRun });
  } catch (error) {
    if (dryRun || !(error instanceof KubernetesError) || !mayHaveBeenCarriedOut(error)) throw error;
    return await confirmed(session, manifest, printable(error.message, PROBLEM_LIMIT));
  }
}

async function confirmed(session: Session, manifest: TaskManifest, problem: string): Promise<Task> {
  const { name } = manifest.metadata;
  note(`Looking whether SeiNodeTask ${name} was created: ${asSentence(problem)}`);
  const { finding, task } = await lookFor(session, manifest);
  const outcome = createOutcome(finding, {
    task: `${session.namespace}/${name}`,
    problem,
    lookAgain: session.command(`get ${name}`),
  });
  if (outcome !== undefined || task === undefined) throw outcome ?? new TypeError('A task that is ours was not read.');
  return task;
}

/** Until something is found, or the time is up: the API server may still be at work on it. */
async function lookFor(session: Session, manifest: TaskManifest): Promise<Look> {
  const until = performance.now() + LOOK_MS;
  for (;;) {
    const look = await lookOnce(session, manifest);
    if (look.task !== undefined || performance.now() > until) return look;
    await sleep(BETWEEN_LOOKS_MS);
  }
}

async function lookOnce(session: Session, { metadata }: TaskManifest): Promise<Look> {
  try {
    const task = await session.tasks.get(session.namespace, metadata.name);
    if (task === undefined) return { finding: 'missing' };
    const isOurs = task.metadata.annotations?.[REQUEST_ID_ANNOTATION] === metadata.annotations[REQUEST_ID_ANNOTATION];
    return { finding: isOurs ? 'ours' : 'another', task };
  } catch (error) {
    if (error instanceof KubernetesError) return { finding: 'unreadable' };
    throw error;
  }
}
