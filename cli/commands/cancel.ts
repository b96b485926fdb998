import { CANCEL_ANNOTATION, cancellationOf } from '../../api/provenance.ts';
import { kindOf } from '../../api/temporal/task-input.ts';
import { isTaskKind, taskKinds } from '../../api/task-kinds.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { TaskFinishedError } from '../errors.ts';
import { print } from '../output.ts';
import { resourceName } from '../printed-resource.ts';
import { FIELD_MANAGER, Session, type ClusterOptions } from '../session.ts';
import { isOver } from '../task-facts.ts';
import type { Task } from '../task.ts';

/** Status is written a few times in a task's life, so a conflict hardly ever follows a conflict. */
const ATTEMPTS = 5;

interface CancelOptions extends ClusterOptions {
  readonly reason: string;
}

export async function cancel(name: string, { reason, ...cluster }: CancelOptions): Promise<number> {
  await using session = await Session.open(cluster);
  const { task, earlier } = await askToCancel(session, name, reason);
  if (earlier === undefined) print(`Cancelling of ${resourceName(task)} was requested.\n${whatFollows(task)}`);
  else
    print(
      `Cancelling of ${resourceName(task)} was requested before${earlier === '' ? '' : `, because: ${earlier}`}. Nothing was changed.`,
    );
  print(`Follow it: ${session.command(`status ${name} -w`)}`);
  return 0;
}

/** Written only onto the version that was seen not to be over. */
async function askToCancel(session: Session, name: string, reason: string): Promise<{ task: Task; earlier?: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const task = await session.task(name);
    assertNotOver(session, task);
    const earlier = cancellationOf(task.metadata);
    if (earlier !== undefined) return { task, earlier };
    const { uid, resourceVersion } = task.metadata;
    const patch = { metadata: { uid, resourceVersion, annotations: { [CANCEL_ANNOTATION]: reason } } };
    try {
      return {
        task: await session.tasks.patch({ namespace: session.namespace, name }, patch, { fieldManager: FIELD_MANAGER }),
      };
    } catch (error) {
      if (!hasHttpStatus(error, 409) || attempt === ATTEMPTS) throw error;
    }
  }
}

function assertNotOver(session: Session, task: Task): void {
  if (!isOver(task)) return;
  const { name } = task.metadata;
  throw new TaskFinishedError(
    `SeiNodeTask ${session.namespace}/${name} is already ${task.status?.phase}; nothing was changed. Read its verdict: ${session.command(`status ${name}`)}`,
  );
}

/** `status.task` is written before a task is sent, and `submittedAt` once the sidecar has accepted it. */
function whatFollows(task: Task): string {
  const { task: begun } = task.status ?? {};
  if (begun === undefined)
    return 'Nothing was sent to the node so far. If it stays so, the task ends at once: Failed, reason Cancelled.';
  const [kind, wasSent] = [kindOf(task), begun.submittedAt !== undefined];
  const { onlyWaits, endsWith } = isTaskKind(kind) ? taskKinds[kind] : { onlyWaits: false, endsWith: 'report' };
  if (onlyWaits)
    return `The wait is taken off the sidecar${wasSent ? '' : ' if it is there'}; then the task ends: Failed, reason Cancelled.`;
  if (endsWith === 'image') return 'An image that was set stays set. The task ends: Failed, reason Cancelled.';
  if (wasSent)
    return 'It was sent to the node and cannot be undone: it is watched to its end, then it is Failed, reason Cancelled.';
  return 'It may have been sent to the node already. If it was, it is watched to its end; then it is Failed, reason Cancelled.';
}
