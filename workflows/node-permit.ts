import { condition } from '@temporalio/workflow';

/**
 * Is open for as long as somebody has a node to himself: Temporal allows one open workflow for each id, and this one's
 * id names the node. Its parent's end, whatever it is, ends it too. Started by hand it keeps a node free of other work.
 */
export async function NodePermit(): Promise<void> {
  await condition(() => false);
}
