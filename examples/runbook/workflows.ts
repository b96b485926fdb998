import {
  awaitNodesAtHeight,
  forEachNode,
  gate,
  guarded,
  restartSeid,
  validateTasks,
  type HeldNode,
  type NodeReference,
} from 'sei-node-tasks/workflows';

export interface RestartWithSentriesInput {
  readonly chainId: string;
  readonly sentries: readonly NodeReference[];
  readonly validator: NodeReference;
  /** Height that all of them have to reach at the end. */
  readonly targetHeight: number;
  /** Task queue of the service. */
  readonly taskQueue: string;
}

/** Restarts the sentries of a validator, then the validator, and waits until all of them have reached a height. */
export async function RestartWithSentries({
  chainId,
  sentries,
  validator,
  targetHeight,
  taskQueue,
}: RestartWithSentriesInput): Promise<string> {
  const nodes = [...sentries, validator];
  const input = { payload: { targetHeight }, timeoutSeconds: 900 };
  // Before the first restart: the height is needed after the last one.
  await validateTasks(
    nodes.map((node) => ({ kind: 'AwaitNodesAtHeight', input: { node, ...input } })),
    { taskQueue },
  );
  const chain = { chainId, taskQueue };
  // A sentry that fails ends the runbook before the validator is touched.
  await forEachNode(sentries, async (node) => await guarded(node, chain, restartAndGate), { maxUnavailable: 1 });
  const { height } = await guarded(validator, chain, restartAndGate);
  await awaitNodesAtHeight(nodes, { targetHeight, timeoutSeconds: 900, taskQueue });
  return `Restarted ${nodes.length} nodes. The validator signed again at height ${height}.`;
}

/** Nothing else of the service changes the node before it has passed its gate. */
async function restartAndGate(node: HeldNode): Promise<{ height?: number }> {
  await restartSeid(node);
  return await gate(node);
}
