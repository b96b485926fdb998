import { randomUUID } from 'node:crypto';
import { LONGEST_EXECUTION_SECONDS } from '../core/execution-limit.ts';
import { present } from '../lib/present.ts';
import {
  REASON_ANNOTATION,
  REQUEST_ID_ANNOTATION,
  REQUESTED_BY_ANNOTATION,
  safeProvenance,
} from '../api/provenance.ts';
import { type TaskKind, payloadFieldOf } from '../api/task-kinds.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { readUserName } from '../kubernetes/read-user-name.ts';
import { assertNodeExists } from './assert-node-exists.ts';
import { assertTimeoutUsed } from './follow-resource.ts';
import { followTask } from './follow-task.ts';
import { generatedName } from './generated-name.ts';
import { note, print } from './output.ts';
import { printAs, resourceName } from './printed-resource.ts';
import type { Format } from './serialized.ts';
import { Session, type ClusterOptions } from './session.ts';
import { submitTask, type TaskManifest } from './submit-task.ts';
import type { Task } from './task.ts';

/** A task does not wait longer for the name of whoever asks for it, in milliseconds. */
const USER_NAME_TIMEOUT_MS = 2_000;

/** Of every command that creates a task. */
export interface CreationOptions extends ClusterOptions {
  readonly reason?: string;
  readonly timeoutSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly requirePhase?: string;
  /** Go duration. */
  readonly requirePhaseTimeout?: string;
  /** Go duration. */
  readonly queueTimeout?: string;
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
  /** Fields of the spec that only this kind has. */
  readonly fields?: object;
  /** What a generated name begins with, before the node's. */
  readonly prefix: string;
}

/** Creates a task as the command line has it and, if asked to, watches it to its end. */
export async function createTask(newTask: NewTask, options: CreationOptions): Promise<number> {
  assertTimeoutUsed(options, 'wait');
  const dryRun = options.dryRun !== undefined;
  await using session = await Session.open(options);
  const [requestedBy] = await Promise.all([requester(session), assertNodeExists(session, newTask.node)]);
  const created = await submitTask(session, manifestOf(newTask, options, requestedBy), dryRun);
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

function manifestOf(
  { kind, node, payload, fields, prefix }: NewTask,
  options: CreationOptions,
  requestedBy: string | undefined,
): TaskManifest {
  const { name, reason, timeoutSeconds, ttlSecondsAfterFinished } = options;
  const { requirePhase, requirePhaseTimeout, queueTimeout } = options;
  return {
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeTask',
    metadata: {
      name: name ?? generatedName(`${prefix}-${node}-`),
      annotations: present({
        [REQUEST_ID_ANNOTATION]: randomUUID(),
        [REQUESTED_BY_ANNOTATION]: requestedBy,
        [REASON_ANNOTATION]: reason,
      }) as Readonly<Record<string, string>>,
    },
    spec: present({
      kind,
      target: present({ nodeRef: { name: node }, requirePhase, requirePhaseTimeout, queueTimeout }),
      [payloadFieldOf(kind)]: payload,
      timeoutSeconds: timeoutSeconds === undefined ? undefined : Math.min(timeoutSeconds, LONGEST_EXECUTION_SECONDS),
      ttlSecondsAfterFinished,
      ...fields,
    }),
  };
}
