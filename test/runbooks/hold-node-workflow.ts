import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import type { NodeReference } from '../../api/task-input.ts';
import { runChildTask } from '../../workflows/runbooks/child-task.ts';
import { withNodePermit } from '../../workflows/runbooks/with-node-permit.ts';

// What a worker of somebody's own runbooks is given.
export * from '../../workflows/index.ts';

/** Lets a runbook begin its second step. */
const goOn = defineSignal('goOn');

/** Restarts a node, waits for a signal, and restarts it again; nothing else may change the node meanwhile. */
export async function RestartTwice(node: NodeReference): Promise<void> {
  let mayGoOn = false;
  setHandler(goOn, () => void (mayGoOn = true));
  await withNodePermit(node, async (permitHolder) => {
    const input = { node, payload: {}, permitHolder };
    await runChildTask({ step: 'first', kind: 'RestartSeid', input });
    await condition(() => mayGoOn);
    await runChildTask({ step: 'second', kind: 'RestartSeid', input });
  });
}
