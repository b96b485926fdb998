import { printable } from '../lib/printable.ts';
import { isTerminal, type Condition, type SeiNodeTaskStatus } from '../api/sei-node-task.ts';

/** Names of fields and numbers of elements, from the status down. */
type Path = readonly string[];

/** Fields that a message names. */
const NAMED = 3;
/** Conditions that are only set at the end, and say how it ended. */
const END_CONDITIONS = ['Ready', 'Failed', 'Finished'];

/**
 * A status without the fields that the cluster's CRD refuses: one that is older than ours, or not ours, must not keep a
 * verdict from being written. A field without which another one is refused goes with it. The message, and at the end
 * also the condition of the end, say what was left out.
 *
 * @param refusals - For each refusal so far the fields that it named, such as `status.outputs.govVote.height`.
 * @returns `undefined` when a refusal named nothing that can be left out.
 */
export function withoutRefused(
  status: SeiNodeTaskStatus,
  refusals: readonly (readonly string[])[],
): SeiNodeTaskStatus | undefined {
  const names = new Set<string>();
  let left = status;
  for (const fields of refusals) {
    const paths = fields.map((field) => presentPart(left, pathOf(field))).filter((path) => path.length > 0);
    if (paths.length === 0 || paths.some(([first]) => first === 'phase')) return undefined;
    const asked = asFirstPublished(left, paths);
    const refused = asked === left ? paths : paths.filter((path) => !isTaskStatus(path));
    for (const path of refused) addName(names, nameOf(left, path));
    left = without(asked, refused) as SeiNodeTaskStatus;
  }
  return names.size === 0 ? left : told(left, sentence([...names]));
}

/** @returns An empty path for a field that is not in a status. */
function pathOf(field: string): Path {
  const [root, ...path] = field.split(/[.[\]]+/).filter((name) => name !== '');
  return root === 'status' ? path : [];
}

/** A required field that is missing cannot be left out; then what it belongs to is. */
function presentPart(status: SeiNodeTaskStatus, path: Path): Path {
  let value: unknown = status;
  const end = path.findIndex((name) => (value = childOf(value, name)) === undefined);
  return withWholeCondition(end === -1 ? path : path.slice(0, end));
}

/** All other fields of a condition are required. */
function withWholeCondition(path: Path): Path {
  const [first, , field] = path;
  return first === 'conditions' && field !== 'observedGeneration' ? path.slice(0, 2) : path;
}

function childOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** The CRD as first published has no `Running` for `status.task.status` (contract §1): there `Pending` means it too. */
function asFirstPublished(status: SeiNodeTaskStatus, paths: readonly Path[]): SeiNodeTaskStatus {
  if (status.task?.status !== 'Running' || !paths.some(isTaskStatus)) return status;
  return { ...status, task: { ...status.task, status: 'Pending' } };
}

function isTaskStatus(path: Path): boolean {
  return path.join('.') === 'task.status';
}

function without(value: unknown, paths: readonly Path[]): unknown {
  if (paths.length === 0) return value;
  if (paths.some((path) => path.length === 0)) return undefined;
  const below = (key: string): Path[] => paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
  const entries = Object.entries(value as object)
    .map(([key, child]) => [key, without(child, below(key))] as const)
    .filter(([, child]) => child !== undefined);
  return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

/** In place of those below it. */
function addName(names: Set<string>, name: string): void {
  for (const other of names) if (other.startsWith(`${name}.`)) names.delete(other);
  names.add(name);
}

/** A condition is named by its type, not by its index in the list. */
function nameOf({ conditions }: SeiNodeTaskStatus, path: Path): string {
  const [first, second, ...rest] = path;
  if (first !== 'conditions' || second === undefined) return ['status', ...path].join('.');
  const type = printable(conditions?.[Number(second)]?.type ?? second, 64);
  return [`status.conditions[${type}]`, ...rest].join('.');
}

function sentence(names: readonly string[]): string {
  const shown = names.length > NAMED + 1 ? [...names.slice(0, NAMED), `${names.length - NAMED} more`] : names;
  const list = [shown.slice(0, -1).join(', '), shown.at(-1)].filter((part) => part !== '').join(' and ');
  return `The cluster's CRD does not take ${list}; ${names.length === 1 ? 'it was' : 'they were'} left out.`;
}

function told(status: SeiNodeTaskStatus, words: string): SeiNodeTaskStatus {
  const { message, conditions } = status;
  return {
    ...status,
    ...(message === undefined ? {} : { message: `${message} ${words}` }),
    ...(isTerminal(status.phase) && conditions !== undefined
      ? { conditions: conditions.map((condition) => toldIn(condition, words)) }
      : {}),
  };
}

function toldIn(condition: Condition, words: string): Condition {
  return END_CONDITIONS.includes(condition.type)
    ? { ...condition, message: `${condition.message} ${words}` }
    : condition;
}
