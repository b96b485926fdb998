import { nodeText } from '../api/node-reference.ts';
import { executionLimitSeconds } from '../core/execution-limit.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { markdown } from '../lib/markdown.ts';
import { provenanceOf } from '../api/provenance.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { kindOf, nodeNameOf } from '../api/temporal/task-input.ts';

/** What the Temporal UI shows of a task from its start, as Markdown. Text from outside is escaped. */
export function workflowDetails(task: SeiNodeTask): string {
  const { namespace, name } = task.metadata;
  const { requestedBy, createdWith, why } = provenanceOf(task.metadata);
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Target', nodeText({ namespace, name: nodeNameOf(task) })],
    ['Resource', `SeiNodeTask ${namespace}/${name}`],
    ['Requested by', requestedBy],
    ['Created with', createdWith],
    ['Reason', why],
    ['Longest execution', longestExecution(task)],
  ];
  const list = lines.flatMap(([label, text]) => (text === undefined ? [] : [`- **${label}**: ${markdown(text)}`]));
  return `${list.join('\n')}\n\n\`kubectl describe snt -n ${namespace} ${name}\``;
}

function longestExecution(task: SeiNodeTask): string {
  const seconds = executionLimitSeconds(kindOf(task), task.spec?.['timeoutSeconds']);
  return seconds === undefined ? 'unbounded' : formatDuration(seconds * 1000);
}
