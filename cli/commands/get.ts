import type { TaskPhase } from '../../api/phases.ts';
import { nodeNameOf } from '../../api/temporal/task-input.ts';
import { listAll, type FullList } from '../../kubernetes/list-all.ts';
import type { KubernetesError } from '../../kubernetes/errors.ts';
import { printable } from '../../lib/printable.ts';
import { UsageError } from '../errors.ts';
import { note, print, widthOf } from '../output.ts';
import { listDocument, resourceName, withoutManagedFields } from '../printed-resource.ts';
import { serialized, type Format } from '../serialized.ts';
import { Session, type ClusterOptions } from '../session.ts';
import { tableLayout } from '../table.ts';
import { createdMs, taskColumns, taskRow } from '../task-table.ts';
import { short } from '../task-facts.ts';
import type { Task } from '../task.ts';
import type { ResourceEvent, WatchOptions } from '../watch-events.ts';
import { watchResource } from '../watch-resource.ts';
import { watchTasks } from '../watch-tasks.ts';

interface GetOptions extends ClusterOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly node?: string;
  readonly phase?: TaskPhase;
  readonly watch?: boolean;
  readonly output?: Format | 'name' | 'wide';
}

/** Prints the tasks that there are, and then, with `--watch`, each one that changes. */
interface TaskPrinter {
  readonly printAll: (tasks: readonly Task[]) => void;
  readonly printChange: (event: ResourceEvent<Task>) => void;
}

export async function get(name: string | undefined, options: GetOptions): Promise<number> {
  assertOneSelection(name, options);
  await using session = await Session.open(options);
  const printer = printerFor(name, options, session);
  if (name === undefined) await getMany(session, options, printer);
  else await getOne(session, await session.task(name), { ...options, printer });
  return 0;
}

function assertOneSelection(name: string | undefined, { allNamespaces, selector, node, phase }: GetOptions): void {
  if (name === undefined) return;
  if (allNamespaces === true)
    throw new UsageError('A task has its name in one namespace. Leave NAME or --all-namespaces out.');
  if (selector !== undefined || node !== undefined || phase !== undefined)
    throw new UsageError('NAME selects one task. Leave NAME out, or --selector, --node and --phase.');
}

async function getOne(
  session: Session,
  task: Task,
  { watch, printer }: { readonly watch?: boolean; readonly printer: TaskPrinter },
): Promise<void> {
  printer.printAll([task]);
  if (watch !== true) return;
  let last = task;
  for await (const next of watchResource(session, task, { client: session.tasks, ...watchOptions() })) {
    if (next !== task) printer.printChange({ type: 'MODIFIED', resource: next });
    last = next;
  }
  printer.printChange({ type: 'DELETED', resource: last });
}

async function getMany(session: Session, options: GetOptions, printer: TaskPrinter): Promise<void> {
  const { allNamespaces, selector: labelSelector, watch } = options;
  const selection = { labelSelector, ...(allNamespaces !== true && { namespace: session.namespace }) };
  const list: FullList<Task> = await listAll(session.tasks, selection);
  const shown = new Set<string>();
  const isShown = (task: Task): boolean => {
    const [isNow, wasBefore] = [isSelected(task, options), shown.has(task.metadata.uid)];
    if (isNow) shown.add(task.metadata.uid);
    else shown.delete(task.metadata.uid);
    // The row with which a task leaves the selection is shown too.
    return isNow || wasBefore;
  };
  const byAge = list.items.toSorted(
    (a, b) => createdMs(b) - createdMs(a) || a.metadata.name.localeCompare(b.metadata.name),
  );
  printer.printAll(byAge.filter(isShown));
  if (watch !== true) return;
  for await (const event of watchTasks(session, { selection, list }, watchOptions()))
    if (isShown(event.resource)) printer.printChange(event);
}

/** Ctrl-C ends the process. */
function watchOptions(): WatchOptions {
  return { signal: new AbortController().signal, onProblem: noteProblem };
}

function noteProblem({ message }: KubernetesError): void {
  note(`Trying again: ${printable(message)}`);
}

function printName(task: Task): void {
  print(resourceName(task));
}

function isSelected(task: Task, { node, phase }: GetOptions): boolean {
  if (node !== undefined && nodeNameOf(task) !== node) return false;
  // A task without a status waits for a service that sees it.
  return phase === undefined || (task.status?.phase ?? 'Pending') === phase;
}

function printerFor(name: string | undefined, options: GetOptions, session: Session): TaskPrinter {
  const { output, watch } = options;
  if (output === undefined || output === 'wide') return tablePrinter(options, session);
  if (output === 'name')
    return { printAll: (tasks) => tasks.forEach(printName), printChange: ({ resource }) => printName(resource) };
  const separator = output === 'yaml' ? '---\n' : '';
  const printOne = ({ resource }: ResourceEvent<Task>): void =>
    print(separator + serialized(withoutManagedFields(resource), output));
  return {
    printAll: (tasks) => {
      if (watch === true) tasks.forEach((task) => printOne({ type: 'ADDED', resource: task }));
      else print(serialized(documentOf(tasks, name), output));
    },
    printChange: printOne,
  };
}

/** As kubectl prints it: a list, or the one that was named. */
function documentOf(tasks: readonly Task[], name: string | undefined): object {
  const [first] = tasks;
  return name !== undefined && first !== undefined ? withoutManagedFields(first) : listDocument(tasks);
}

function tablePrinter(options: GetOptions, { namespace }: Session): TaskPrinter {
  const table = { isEverywhere: options.allNamespaces === true, isWide: options.output === 'wide' };
  const columns = taskColumns(table);
  const width = table.isWide ? Infinity : widthOf(process.stdout);
  let layout = tableLayout({ columns, textTitle: 'MESSAGE', rows: [] }, width);
  /** What was last printed of each task, without the times that pass. */
  const printed = new Map<string, string>();
  return {
    printAll: (tasks) => {
      if (tasks.length === 0) return note(nothingFound(options, namespace));
      const rows = tasks.map((task) => taskRow(task, Date.now(), table));
      layout = tableLayout({ columns, textTitle: 'MESSAGE', rows }, width);
      [layout.header, ...rows.flatMap(layout.linesOf)].forEach(print);
    },
    printChange: ({ type, resource: task }) => {
      const row = taskRow(task, Date.now(), { ...table, isDeleted: type === 'DELETED' });
      const { phase, step, reason } = task.status ?? {};
      const facts = JSON.stringify([type === 'DELETED', phase, step, reason, row.text]);
      if (printed.get(task.metadata.uid) === facts) return;
      printed.set(task.metadata.uid, facts);
      layout.linesOf(row).forEach(print);
    },
  };
}

function nothingFound({ allNamespaces, selector, node, phase }: GetOptions, namespace: string): string {
  const such =
    selector !== undefined || node !== undefined || phase !== undefined ? 'such SeiNodeTasks' : 'SeiNodeTasks';
  if (allNamespaces === true) return `There are no ${such}.`;
  return `There are no ${such} in namespace ${short(namespace)}. Look into the others: kubectl snt get -A`;
}
