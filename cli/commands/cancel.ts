import { CANCEL_ANNOTATION, cancellationOf } from '../../api/provenance.ts';
import { kindOf } from '../../api/task-input.ts';
import { isTaskKind, taskKinds } from '../../api/task-kinds.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { TaskFinishedError, UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { FIELD_MANAGER, Session } from '../session.ts';
import { isOver } from '../task-facts.ts';
import { resourceName, type Task } from '../task.ts';

/** Status is written a few times in a task's life, so a conflict hardly ever follows a conflict. */
const ATTEMPTS = 5;

export async function cancel(invocation: Invocation): Promise<number> {
  const [name, reason] = [invocation.argument('NAME'), invocation.text('reason')];
  if (reason === undefined) throw new UsageError("cancel needs --reason TEXT: it goes into the task's status.");
  await using session = new Session(invocation);
  const { task, earlier } = await askToCancel(session, name, reason);
  if (earlier !== undefined) print(`${resourceName(task)} was to be cancelled already${earlier === '' ? '' : `, because: ${earlier}`}. Nothing was changed.`);
  else print(`${resourceName(task)} is to be cancelled. ${whatFollows(task)}`);
  print(`Next: ${session.command(`status ${name} -w`)}`);
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
      return { task: await session.tasks.patch({ namespace: session.namespace, name }, patch, { fieldManager: FIELD_MANAGER }) };
    } catch (error) {
      if (!hasHttpStatus(error, 409) || attempt === ATTEMPTS) throw error;
    }
  }
}

function assertNotOver(session: Session, task: Task): void {
  if (!isOver(task)) return;
  const { name } = task.metadata;
  throw new TaskFinishedError(
    `SeiNodeTask ${session.namespace}/${name} is ${task.status?.phase} already; nothing was changed. What it came to: ${session.command(`status ${name}`)}`,
  );
}

function whatFollows(task: Task): string {
  const kind = kindOf(task);
  if (isTaskKind(kind) && taskKinds[kind].onlyWaits) return 'The sidecar is made to stop waiting, and the task ends as Failed with reason Cancelled.';
  if (task.status?.task === undefined) return 'Nothing was sent to the node yet; unless that happens just now, the task ends as Failed with reason Cancelled at once.';
  return 'What the node was told cannot be called back: the task is watched to its end, and ends as Failed with reason Cancelled.';
}
