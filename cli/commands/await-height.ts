import { createTask, type CreationOptions } from '../create-task.ts';

export async function awaitHeight(node: string, targetHeight: number, options: CreationOptions): Promise<number> {
  return await createTask(
    { kind: 'AwaitNodesAtHeight', node, payload: { targetHeight }, prefix: 'await-height' },
    options,
  );
}
