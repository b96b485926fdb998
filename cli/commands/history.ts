import { provenanceText } from '../../api/provenance.ts';
import { formatDuration } from '../../lib/go-duration.ts';
import { printable } from '../../lib/printable.ts';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { nameHint } from '../name-hint.ts';
import { readHistory, type HistoryEntry } from '../node-history.ts';
import { note, print, widthOf } from '../output.ts';
import { serialized, type Format } from '../serialized.ts';
import { Session, type ClusterOptions } from '../session.ts';
import { tableLines, type Row } from '../table.ts';
import { short } from '../task-facts.ts';

const TEXT = 'WORKFLOW, WHO AND WHY';
const COLUMNS = [{ title: 'STARTED' }, { title: 'KIND' }, { title: 'OUTCOME' }, { title: 'DURATION' }];

interface HistoryOptions extends ClusterOptions {
  readonly limit: number;
  readonly output?: Format;
}

export async function history(node: string, { limit, output, ...cluster }: HistoryOptions): Promise<number> {
  await using session = await Session.open(cluster);
  const { namespace } = session;
  const entries = await readHistory({ namespace, node, limit, clusterId: await clusterIdOf(session) });
  if (output !== undefined) print(serialized(entries, output));
  else if (entries.length === 0)
    note(
      `Temporal knows no workflow on SeiNode ${namespace}/${node}.${await nameHint(session.nodes, namespace, node)} Workflows that started before the search attributes were created are not listed.`,
    );
  else
    tableLines({ columns: COLUMNS, textTitle: TEXT, rows: entries.map(rowOf) }, widthOf(process.stdout)).forEach(print);
  return 0;
}

/**
 * Several clusters may share a Temporal namespace; where the id cannot be read the workflows of all of them are listed.
 */
async function clusterIdOf({ transport }: Session): Promise<string | undefined> {
  try {
    return await readClusterId(transport);
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    note(
      `Workflows of other clusters may be among these, since what tells clusters apart cannot be read: ${printable(error.message)}`,
    );
    return undefined;
  }
}

function rowOf(entry: HistoryEntry): Row {
  const { startedAt, closedAt, kind, outcome, workflowId } = entry;
  const duration = closedAt === undefined ? '' : formatDuration(Date.parse(closedAt) - Date.parse(startedAt));
  return {
    cells: [`${startedAt.slice(0, 19)}Z`, short(kind), short(outcome), duration],
    text: `${printable(workflowId)} ${provenanceText(entry)}`.trim(),
  };
}
