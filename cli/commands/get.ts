import { listAll } from '../../kubernetes/list-all.ts';
import { ageText } from '../age-text.ts';
import { UsageError } from '../errors.ts';
import { note, print, widthOf } from '../output.ts';
import { serialized, type Format } from '../serialized.ts';
import { Session, type ClusterOptions } from '../session.ts';
import { tableLines, type Column } from '../table.ts';
import { durationText, isOver, short, taskFacts } from '../task-facts.ts';
import { resourceName, withoutManagedFields, type Task } from '../task.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'KIND', leaveOut: 2 },
  { title: 'TARGET', leaveOut: 4 },
  { title: 'PHASE' },
  { title: 'STATE' },
  { title: 'DURATION', leaveOut: 3 },
  { title: 'AGE', leaveOut: 1 },
];

interface GetOptions extends ClusterOptions {
  readonly allNamespaces?: boolean;
  readonly output?: Format | 'name';
}

export async function get(name: string | undefined, options: GetOptions): Promise<number> {
  const { allNamespaces: everywhere = false, output } = options;
  if (name !== undefined && everywhere)
    throw new UsageError('A task has its name in one namespace. Leave NAME or --all-namespaces out.');
  await using session = new Session(options);
  const tasks = name === undefined ? await newestFirst(session, everywhere) : [await session.task(name)];
  if (output === 'name') tasks.forEach((task) => print(resourceName(task)));
  else if (output === undefined) printTable(tasks, everywhere, session.namespace);
  else print(serialized(documentOf(tasks, name), output));
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
  return name !== undefined && items[0] !== undefined
    ? items[0]
    : { apiVersion: 'v1', kind: 'List', metadata: {}, items };
}

function printTable(tasks: readonly Task[], everywhere: boolean, namespace: string): void {
  if (tasks.length === 0) {
    note(
      everywhere
        ? 'There are no SeiNodeTasks.'
        : `There are no SeiNodeTasks in namespace ${short(namespace)}. Look into the others: kubectl snt get -A`,
    );
    return;
  }
  const rows = tasks.map((task) => rowOf(task, everywhere, Date.now()));
  const columns = everywhere ? [{ title: 'NAMESPACE' }, ...COLUMNS] : COLUMNS;
  tableLines({ columns, textTitle: 'MESSAGE', rows }, widthOf(process.stdout)).forEach(print);
}

/** What keeps a task that is under way from its end is told here; verdicts are long, and `status` tells them. */
function rowOf(task: Task, everywhere: boolean, nowMs: number): { cells: string[]; text: string } {
  const { namespace, name } = task.metadata;
  const { kind, target, phase, reason, step, message } = taskFacts(task);
  const facts = [
    name,
    kind,
    target,
    phase,
    step || reason,
    durationText(task, nowMs),
    ageText(nowMs - createdMs(task)),
  ];
  return { cells: everywhere ? [namespace, ...facts] : facts, text: isOver(task) ? '' : message };
}
