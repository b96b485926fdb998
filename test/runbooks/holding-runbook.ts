import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import { runChildTask } from '../../workflows/runbooks/child-task.ts';
import { withNodePermit } from '../../workflows/runbooks/held-node.ts';

export * from '../../workflows/index.ts';

export const goOn = defineSignal('goOn');

/** Two restarts, between which nobody else has the node; waits for `goOn` in between. */
export async function RestartTwice(node: NodeReference): Promise<void> {
  let mayGoOn = false;
  setHandler(goOn, () => {
    mayGoOn = true;
  });
  await withNodePermit(node, async (permitHolder) => {
    await runChildTask({ step: 'first', kind: 'RestartSeid', input: { node, payload: {}, permitHolder } });
    await condition(() => mayGoOn);
    await runChildTask({ step: 'second', kind: 'RestartSeid', input: { node, payload: {}, permitHolder } });
  });
}
