import { assertTimeoutUsed, followTask } from '../follow-task.ts';
import type { Invocation } from '../invocation.ts';
import { print, widthOf } from '../output.ts';
import { Session } from '../session.ts';
import { statusLines } from '../status-lines.ts';

export async function status(invocation: Invocation): Promise<number> {
  assertTimeoutUsed(invocation, 'watch');
  await using session = new Session(invocation);
  const task = await session.task(invocation.argument('NAME'));
  if (invocation.isSet('watch')) {
    const { code } = await followTask(session, task, { timeout: invocation.text('timeout'), stream: process.stdout });
    return code;
  }
  statusLines(task, Date.now(), widthOf(process.stdout)).forEach(print);
  return task.status?.phase === 'Failed' ? 1 : 0;
}
