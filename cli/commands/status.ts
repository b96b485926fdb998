import { assertTimeoutUsed } from '../follow-resource.ts';
import { followTask } from '../follow-task.ts';
import { print, widthOf } from '../output.ts';
import { Session, type ClusterOptions } from '../session.ts';
import { statusLines } from '../status-lines.ts';

interface StatusOptions extends ClusterOptions {
  readonly watch?: boolean;
  readonly timeout?: string;
}

export async function status(name: string, options: StatusOptions): Promise<number> {
  assertTimeoutUsed(options, 'watch');
  await using session = await Session.open(options);
  const task = await session.task(name);
  if (options.watch === true) {
    const { code } = await followTask(session, task, { timeout: options.timeout, stream: process.stdout });
    return code;
  }
  statusLines(task, Date.now(), widthOf(process.stdout)).forEach(print);
  return task.status?.phase === 'Failed' ? 1 : 0;
}
