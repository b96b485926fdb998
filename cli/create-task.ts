import { LONGEST_EXECUTION_SECONDS } from '../core/execution-limit.ts';
import { present } from '../lib/present.ts';
import { REASON_ANNOTATION, REQUESTED_BY_ANNOTATION, safeProvenance } from '../api/provenance.ts';
import { type TaskKind, payloadFieldOf } from '../api/task-kinds.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { readUserName } from '../kubernetes/read-user-name.ts';
import { assertTimeoutUsed, followTask } from './follow-task.ts';
import { note, print } from './output.ts';
import { serialized, type Format } from './serialized.ts';
import { FIELD_MANAGER, Session, type ClusterOptions } from './session.ts';
import { resourceName, withoutManagedFields, type Task } from './task.ts';

/** A task does not wait longer for the name of whoever asks for it, in milliseconds. */
const USER_NAME_TIMEOUT_MS = 2_000;

/** Of every command that creates a task. */
export interface CreationOptions extends ClusterOptions {
  readonly reason?: string;
  readonly timeoutSeconds?: number;
  readonly name?: string;
  readonly wait?: boolean;
  /** Go duration. */
  readonly timeout?: string;
  readonly dryRun?: 'server';
  readonly output?: Format | 'name';
}

interface NewTask {
  readonly kind: TaskKind;
  /** Name of the SeiNode. */
  readonly node: string;
  readonly payload: object;
  /** What a generated name begins with, before the node's. */
  readonly prefix: string;
}

/** Creates a task as the command line has it and, if asked to, watches it to its end. */
export async function createTask(newTask: NewTask, options: CreationOptions): Promise<number> {
  assertTimeoutUsed(options, 'wait');
  const dryRun = options.dryRun !== undefined;
  await using session = new Session(options);
  const manifest = manifestOf(newTask, options, await requester(session));
  const created = await session.tasks.create(session.namespace, manifest, { fieldManager: FIELD_MANAGER, dryRun });
  const announcement = `${resourceName(created)} created${dryRun ? ' (server dry run)' : ''}`;
  if (options.wait === true) return await waitFor(session, created, options);
  if (options.output !== undefined) {
    printAs(options.output, created);
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
async function waitFor(session: Session, created: Task, options: CreationOptions): Promise<number> {
  const { output: format, timeout } = options;
  const announce = format === undefined ? print : note;
  announce(`${resourceName(created)} created`);
  const { code, task } = await followTask(session, created, {
    timeout,
    stream: format === undefined ? process.stdout : process.stderr,
  });
  if (format !== undefined) printAs(format, task);
  return code;
}

function printAs(format: Format | 'name', task: Task): void {
  print(format === 'name' ? resourceName(task) : serialized(withoutManagedFields(task), format));
}

function manifestOf(
  { kind, node, payload, prefix }: NewTask,
  { name, reason, timeoutSeconds }: CreationOptions,
  requestedBy: string | undefined,
): object {
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
        timeoutSeconds: Math.min(timeoutSeconds, LONGEST_EXECUTION_SECONDS),
      }),
    },
  };
}
