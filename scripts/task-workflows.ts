import { definitionOf, taskKindNames, type TaskKind } from '../api/task-kinds.ts';
import { formatDuration } from '../lib/go-duration.ts';

const WIDTH = 120;
const HEAD = `import type { TaskInput } from '../api/temporal/task-input.ts';
import type { TaskOutcome } from '../api/temporal/task-outcome.ts';
import { runTask } from './run-task.ts';

/*
 * Generated from api/kinds/ by \`npm run generate\`; do not edit.
 *
 * One workflow for each kind of task. Each returns the outcome of a task that is Complete, and throws
 * ApplicationFailure of type = the reason, details = the outcome, when the task failed, or CancelledFailure when it was
 * cancelled.
 */
`;

/** The module that exports a workflow for each kind: Temporal finds workflows by the names of exports. */
export function taskWorkflows(): string {
  return [HEAD, ...taskKindNames.map(workflowOf)].join('\n');
}

function workflowOf(kind: TaskKind): string {
  const { description, note, defaultTimeoutSeconds } = definitionOf(kind);
  const time =
    defaultTimeoutSeconds === undefined ? 'Unbounded' : `In at most ${formatDuration(defaultTimeoutSeconds * 1000)}`;
  const sentences = [description, note, `${time} unless \`timeoutSeconds\` is set.`].filter(
    (text) => text !== undefined,
  );
  return `/**
${wrapped(sentences.join(' '))}
 */
export async function ${kind}(input: TaskInput<'${kind}'>): Promise<TaskOutcome> {
  return await runTask('${kind}', input);
}
`;
}

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = ' *';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' *';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}
