import { LONGEST_EXECUTION_SECONDS } from '../core/execution-limit.ts';
import { present } from '../lib/present.ts';
import { REASON_ANNOTATION, REQUESTED_BY_ANNOTATION, safeProvenance } from '../api/provenance.ts';
import { type TaskKind, payloadFieldOf } from '../api/task-kinds.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { readUserName } from '../kubernetes/read-user-name.ts';
import { UsageError } from './errors.ts';
import { assertTimeoutUsed, followTask } from './follow-task.ts';
import type { Invocation } from './invocation.ts';
import { note, print } from './output.ts';
import { serialized, type Format } from './serialized.ts';
import { FIELD_MANAGER, Session } from './session.ts';
import { resourceName, withoutManagedFields, type Task } from './task.ts';

/** A task does not wait longer for the name of whoever asks for it, in milliseconds. */
const USER_NAME_TIMEOUT_MS = 2_000;

export interface NewTask {
  readonly kind: TaskKind;
  readonly payload: object;
  /** What a generated name begins with, before the node's. */
  readonly prefix: string;
}

/** Creates a task as the command line has it and, if asked to, watches it to its end. */
export async function createTask(invocation: Invocation, newTask: NewTask): Promise<number> {
  assertTimeoutUsed(invocation, 'wait');
  const dryRun = invocation.isSet('dry-run');
  if (dryRun && invocation.isSet('wait'))
    throw new UsageError('--wait has nothing to wait for with --dry-run. Leave one of them out.');
  await using session = new Session(invocation);
  const manifest = manifestOf(invocation, newTask, await requester(session));
  const created = await session.tasks.create(session.namespace, manifest, { fieldManager: FIELD_MANAGER, dryRun });
  const format = invocation.text('output');
  const announcement = `${resourceName(created)} created${dryRun ? ' (server dry run)' : ''}`;
  if (invocation.isSet('wait')) return await waitFor(invocation, session, created);
  if (format !== undefined) {
    printAs(format, created);
    return 0;
  }
  print(announcement);
  if (!dryRun) print(`Next: ${session.command(`status ${created.metadata.name} -w`)}`);
  return 0;
}

/** The task is created without the name of whoever asks for it where the API server does not tell it. */
async function requester({ transport }: Session): Promise<string | undefined> {
  try {
    return safeProvenance({ requestedBy: await readUserName(transport, USER_NAME_TIMEOUT_MS) }).requestedBy;
  } catch (error) {
    if (error instanceof KubernetesError) return undefined;
    throw error;
  }
}

/** What a program is to read is the resource at its end; the way there goes to stderr then. */
async function waitFor(invocation: Invocation, session: Session, created: Task): Promise<number> {
  const [format, timeout] = [invocation.text('output'), invocation.text('timeout')];
  const announce = format === undefined ? print : note;
  announce(`${resourceName(created)} created`);
  const { code, task } = await followTask(session, created, {
    timeout,
    stream: format === undefined ? process.stdout : process.stderr,
  });
  if (format !== undefined) printAs(format, task);
  return code;
}

function printAs(format: string, task: Task): void {
  print(format === 'name' ? resourceName(task) : serialized(withoutManagedFields(task), format as Format));
}

function manifestOf(
  invocation: Invocation,
  { kind, payload, prefix }: NewTask,
  requestedBy: string | undefined,
): object {
  const node = invocation.argument('NODE');
  const [name, reason, timeoutSeconds] = [
    invocation.text('name'),
    invocation.text('reason'),
    invocation.text('timeout-seconds'),
  ];
  return {
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeTask',
    metadata: {
      ...(name === undefined ? { generateName: `${prefix}-${node}-` } : { name }),
      annotations: present({ [REQUESTED_BY_ANNOTATION]: requestedBy, [REASON_ANNOTATION]: reason }),
    },
    spec: {
      kind,
      target: { nodeRef: { name: node } },
      [payloadFieldOf(kind)]: payload,
      ...(timeoutSeconds !== undefined && {
        timeoutSeconds: Math.min(Number(timeoutSeconds), LONGEST_EXECUTION_SECONDS),
      }),
    },
  };
}
