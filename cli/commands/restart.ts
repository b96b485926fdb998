import { createTask, type CreationOptions } from '../create-task.ts';

export async function restart(node: string, options: CreationOptions): Promise<number> {
  return await createTask({ kind: 'RestartSeid', node, payload: {}, prefix: 'restart' }, options);
}
