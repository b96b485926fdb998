import type { SidecarTaskRequest } from '../core/task-plan.ts';

export type IdentifiedTask = SidecarTaskRequest & { readonly id: string };

/** The body of a POST. The values of a parameter change are inserted as their JSON text, not encoded again. */
export function taskBody({ changeValues, ...task }: IdentifiedTask): string {
  if (changeValues === undefined) return JSON.stringify(task);
  const { changes, ...params } = task.params as {
    readonly changes: readonly { readonly subspace: string; readonly key: string }[];
  };
  const texts = changes.map(({ subspace, key }, index) => {
    const value = changeValues[index] ?? 'null';
    return `{"subspace":${JSON.stringify(subspace)},"key":${JSON.stringify(key)},"value":${value}}`;
  });
  const head = JSON.stringify({ ...task, params: { ...params, changes: [] } });
  return head.replace(/\[\]\}\}$/, () => `[${texts.join(',')}]}}`);
}
