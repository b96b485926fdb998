import { present } from '../../lib/present.ts';
import { createTask, type CreationOptions } from '../create-task.ts';

interface RestartOptions extends CreationOptions {
  readonly minSecondsBetweenRestarts?: number;
}

export async function restart(node: string, options: RestartOptions): Promise<number> {
  const fields = present({ minSecondsBetweenRestarts: options.minSecondsBetweenRestarts });
  return await createTask({ kind: 'RestartSeid', node, payload: {}, fields, prefix: 'restart' }, options);
}
