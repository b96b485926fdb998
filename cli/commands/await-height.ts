import { createTask } from '../create-task.ts';
import type { Invocation } from '../invocation.ts';

export async function awaitHeight(invocation: Invocation): Promise<number> {
  const targetHeight = Number(invocation.argument('HEIGHT'));
  return await createTask(invocation, {
    kind: 'AwaitNodesAtHeight',
    payload: { targetHeight },
    prefix: 'await-height',
  });
}
