import { WorkflowNotFoundError } from '@temporalio/client';
import { chainPermitIdOf } from '../../api/temporal/permit-id.ts';
import { eventually } from './eventually.ts';
import type { TestEnvironment } from './test-environment.ts';

/** Waits until nobody has the permit of the environment's chain. */
export async function permitOfChainIsFree({ temporal, fleet }: TestEnvironment): Promise<void> {
  const permit = temporal.workflow.getHandle(chainPermitIdOf(fleet.chain.chainId));
  await eventually('nobody has the permit of the chain', async () => {
    try {
      await permit.describe();
      return false;
    } catch (error) {
      return error instanceof WorkflowNotFoundError;
    }
  });
}
