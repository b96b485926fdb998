import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { listAll } from '../../kubernetes/list-all.ts';
import { printable } from '../../lib/printable.ts';
import { ageText } from '../age-text.ts';
import { note, print, widthOf } from '../output.ts';
import { listDocument, printAs } from '../printed-resource.ts';
import { UNSEEN_RUNBOOK } from '../runbook-facts.ts';
import { serialized, type Format } from '../serialized.ts';
import { Session, type ClusterOptions } from '../session.ts';
import { short } from '../task-facts.ts';
import { tableLines, type Column, type Row } from '../table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'CHAIN', leaveOut: 2 },
  { title: 'PHASE' },
  { title: 'REASON', leaveOut: 3 },
  { title: 'NODES' },
  { title: 'AGE', leaveOut: 1 },
];

interface ListOptions extends ClusterOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly output?: Format | 'name';
}

export async function listRunbooks(options: ListOptions): Promise<number> {
  const { allNamespaces, selector: labelSelector, output } = options;
  await using session = await Session.open(options);
  const { namespace } = session;
  const { items } = await listAll(session.runbooks, {
    labelSelector,
    ...(allNamespaces !== true && { namespace }),
  });
  const byAge = items.toSorted(
    (one, other) => createdMs(other) - createdMs(one) || one.metadata.name.localeCompare(other.metadata.name),
  );
  if (output === 'name') byAge.forEach((runbook) => printAs('name', runbook));
  else if (output !== undefined) print(serialized(listDocument(byAge), output));
  else if (byAge.length === 0)
    note(
      `There are no ${labelSelector === undefined ? '' : 'such '}SeiNodeRunbooks${allNamespaces === true ? '.' : ` in namespace ${short(namespace)}. Look into the others: kubectl snt runbook list -A`}`,
    );
  else printTable(byAge, allNamespaces === true);
  return 0;
}

function printTable(runbooks: readonly SeiNodeRunbook[], isEverywhere: boolean): void {
  const columns = isEverywhere ? [{ title: 'NAMESPACE' }, ...COLUMNS] : COLUMNS;
  const rows = runbooks.map((runbook): Row => {
    const { namespace, name } = runbook.metadata;
    const { phase, reason, progress, current, message } = runbook.status ?? {};
    const chain = runbook.spec?.['chainId'];
    const age = ageText(Date.now() - createdMs(runbook));
    const cells = [name, typeof chain === 'string' ? chain : '', phase, reason, progress, age].map((cell) =>
      short(cell),
    );
    const text = phase === undefined ? UNSEEN_RUNBOOK : printable(current ?? message ?? '');
    return { cells: isEverywhere ? [namespace, ...cells] : cells, text };
  });
  tableLines({ columns, textTitle: 'MESSAGE', rows }, widthOf(process.stdout)).forEach(print);
}

function createdMs({ metadata }: SeiNodeRunbook): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}
