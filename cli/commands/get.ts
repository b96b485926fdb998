import { listAll } from '../../kubernetes/list-all.ts';
import { ageText } from '../age-text.ts';
import { aligned } from '../aligned.ts';
import { UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { note, print } from '../output.ts';
import { serialized, type Format } from '../serialized.ts';
import { Session } from '../session.ts';
import { durationText, short, taskFacts } from '../task-facts.ts';
import { resourceName, withoutManagedFields, type Task } from '../task.ts';

const HEADER = ['NAME', 'KIND', 'TARGET', 'PHASE', 'REASON', 'STEP', 'DURATION', 'AGE'];

export async function get(invocation: Invocation): Promise<number> {
  const [name, everywhere] = [invocation.optionalArgument('NAME'), invocation.isSet('all-namespaces')];
  if (name !== undefined && everywhere) throw new UsageError('A task has its name in one namespace. Leave NAME or --all-namespaces out.');
  await using session = new Session(invocation);
  const tasks = name === undefined ? await newestFirst(session, everywhere) : [await session.task(name)];
  const format = invocation.text('output');
  if (format === 'name') tasks.forEach((task) => print(resourceName(task)));
  else if (format === undefined) printTable(tasks, everywhere, session.namespace);
  else print(serialized(documentOf(tasks, name), format as Format));
  return 0;
}

async function newestFirst({ tasks, namespace }: Session, everywhere: boolean): Promise<readonly Task[]> {
  const { items } = await listAll(tasks, everywhere ? {} : { namespace });
  return items.toSorted((a, b) => createdMs(b) - createdMs(a) || a.metadata.name.localeCompare(b.metadata.name));
}

function createdMs({ metadata }: Task): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}

/** As kubectl prints it: a list, or the one that was named. */
function documentOf(tasks: readonly Task[], name: string | undefined): object {
  const items = tasks.map(withoutManagedFields);
  return name !== undefined && items[0] !== undefined ? items[0] : { apiVersion: 'v1', kind: 'List', metadata: {}, items };
}

function printTable(tasks: readonly Task[], everywhere: boolean, namespace: string): void {
  if (tasks.length === 0) {
    note(everywhere ? 'There are no SeiNodeTasks.' : `There are no SeiNodeTasks in namespace ${short(namespace)}. Look into the others: kubectl snt get -A`);
    return;
  }
  const rows = [HEADER, ...tasks.map((task) => rowOf(task, Date.now()))];
  const places = ['NAMESPACE', ...tasks.map(({ metadata }) => metadata.namespace)];
  aligned(everywhere ? rows.map((row, index) => [places[index] ?? '', ...row]) : rows).forEach(print);
}

function rowOf(task: Task, nowMs: number): string[] {
  const { kind, target, phase, reason, step } = taskFacts(task);
  return [task.metadata.name, kind, target, phase, reason, step, durationText(task, nowMs), ageText(nowMs - createdMs(task))];
}
