import { createTask } from '../create-task.ts';
import type { Invocation } from '../invocation.ts';

export async function restart(invocation: Invocation): Promise<number> {
  return await createTask(invocation, { kind: 'RestartSeid', payload: {}, prefix: 'restart' });
}
