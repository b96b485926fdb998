import { taskKindNames, type TaskKind } from '../api/task-kinds.ts';
import { mostSimilar } from './similar.ts';

const COMMANDS: Partial<Record<TaskKind, string>> = { RestartSeid: 'restart', AwaitNodesAtHeight: 'await-height' };

/** How a task is created, for a word that is, or is almost, a kind and was taken for a command. */
export function kindHint(word: string): string | undefined {
  const lowerCased = taskKindNames.map((kind) => kind.toLowerCase());
  const kind = taskKindNames[lowerCased.indexOf(mostSimilar(word.toLowerCase(), lowerCased) ?? '')];
  if (kind === undefined) return undefined;
  const command = COMMANDS[kind];
  return command === undefined
    ? `${kind} is a kind of task. Create it with kubectl apply; docs/tasks.md has an example.`
    : `${kind} is a kind of task. Create it with: kubectl snt ${command}`;
}
