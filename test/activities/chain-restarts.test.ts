import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';
import { ChainRestarts } from '../../activities/chain-restarts.ts';
import { addressOf, CHAIN, CLUSTER, NOW_MS } from '../core/guard/observations.ts';

/** A server that keeps one workflow. */
function temporal(): Client {
  let memo: unknown;
  const workflowService = {
    startWorkflowExecution: async (request: { readonly memo: unknown }) => {
      memo = request.memo;
      return await Promise.resolve({ runId: 'run' });
    },
    describeWorkflowExecution: async () =>
      await Promise.resolve({ workflowExecutionInfo: memo && { execution: { runId: 'run' }, memo } }),
  };
  return { workflowService, options: { namespace: 'default' } } as unknown as Client;
}

describe('the restarts of a chain', () => {
  it('are read as they were written', async () => {
    const restarts = new ChainRestarts(temporal());
    const least = { namespace: CHAIN, name: 'validator-0', sentAtMs: NOW_MS };
    const whole = { ...least, cluster: CLUSTER, address: addressOf(0), holder: 'task', endedAtMs: NOW_MS + 5 };
    assert.deepEqual(await restarts.read(CHAIN), []);
    await restarts.write(CHAIN, [least, whole]);
    assert.deepEqual(await restarts.read(CHAIN), [least, whole]);
  });
});
