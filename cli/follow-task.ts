import { EXIT_FAILED, EXIT_TIMED_OUT, followResource } from './follow-resource.ts';
import { LiveView } from './live-view.ts';
import type { Session } from './session.ts';
import { isOver, taskFacts } from './task-facts.ts';
import type { Task } from './task.ts';

export interface FollowedTask {
  readonly code: number;
  /** As last seen. */
  readonly task: Task;
}

/** Shows a task on `stream` until it is over, the time is up or Ctrl-C is pressed. */
export async function followTask(
  session: Session,
  first: Task,
  { timeout, stream }: { timeout: string | undefined; stream: NodeJS.WriteStream },
): Promise<FollowedTask> {
  using view = new LiveView(stream);
  const { end, stopCode, last } = await followResource(session, first, {
    client: session.tasks,
    timeout,
    isDone: isOver,
    show: (task) => view.show(task),
    showProblem: (problem) => view.showProblem(problem),
  });
  if (end === 'done') return { code: last.status?.phase === 'Complete' ? 0 : EXIT_FAILED, task: last };
  if (end === 'deleted') {
    view.say(
      `SeiNodeTask ${last.metadata.name} was deleted, and its end was not seen here. What became of it: ${session.command(`history ${taskFacts(last).target}`)}`,
    );
    return { code: EXIT_FAILED, task: last };
  }
  view.say(goesOn(session, last, stopCode === EXIT_TIMED_OUT ? `Not over within ${timeout}` : 'Interrupted'));
  return { code: stopCode, task: last };
}

function goesOn(session: Session, { metadata: { name } }: Task, why: string): string {
  return [
    `${why}. The task continues; nothing about it was changed.`,
    `Watch it again: ${session.command(`status ${name} -w`)}`,
    `Cancel it: ${session.command(`cancel ${name} --reason TEXT`)}`,
  ].join('\n');
}
