import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { NodePermits } from '../../activities/node-permits.ts';
import { PermitLine } from '../../activities/permit-line.ts';
import { PermitWait } from '../../activities/permit-wait.ts';
import type { ResourceClient } from '../../kubernetes/resource-client.ts';

/** One permit, as Temporal has it. */
class FakePermits {
  holder: string | undefined;

  async acquire(_permitId: string, holder: string) {
    this.holder ??= holder;
    return this.holder === holder ? { runId: `of ${holder}` } : { heldBy: { runId: 'r', workflowId: this.holder } };
  }
}

describe('a workflow that waits for a permit whose holder has no resource here', () => {
  const names = {
    'seinode-permit/c/arctic-1/a': /^SeiNodeTask first, which was deleted\b/,
    'seichain-permit/arctic-1': /^SeiNodeTask first, which is in another cluster or was deleted$/,
  };
  for (const [permitId, name] of Object.entries(names)) {
    it(`says no more than is known of the holder of ${permitId}`, async () => {
      const permits = new FakePermits();
      permits.holder = 'seinodetask/arctic-1/first/uid';
      using wait = new PermitWait({
        permits: permits as unknown as NodePermits,
        line: new PermitLine(),
        attempt: { signal: new AbortController().signal, nowMs: 0 },
        permitId,
        holder: 'other',
        tasks: { get: async () => undefined } as unknown as ResourceClient<SeiNodeTask>,
      });
      const taken = await wait.acquire(1);
      assert.ok('heldBy' in taken);
      assert.match(taken.heldBy, name);
    });
  }
});

describe('a workflow that holds a permit and waits again', () => {
  const permits = new FakePermits();
  const line = new PermitLine();
  const waitOf = (holder: string): PermitWait =>
    new PermitWait({
      permits: permits as unknown as NodePermits,
      line,
      attempt: { signal: new AbortController().signal, nowMs: 0 },
      permitId: 'p',
      holder,
      tasks: { get: async () => undefined } as unknown as ResourceClient<SeiNodeTask>,
    });

  // Its permit was taken by the check of its target, by an earlier attempt, or in another process.
  it('has it, although another workflow has waited longer for it in this process', async () => {
    permits.holder = 'holder';
    using waiter = waitOf('waiter');
    assert.ok('heldBy' in (await waiter.acquire(1)));
    using holder = waitOf('holder');
    assert.deepEqual(await holder.acquire(2), { permitRunId: 'of holder' });
    assert.ok('heldBy' in (await waiter.acquire(1)));
  });

  it('has it also where nobody has asked yet who holds it, as soon as the first one has', async () => {
    permits.holder = 'holder';
    using waiter = waitOf('waiter');
    using holder = waitOf('holder');
    const asked = waiter.acquire(1);
    assert.ok('heldBy' in (await holder.acquire(2)));
    await asked;
    assert.deepEqual(await holder.acquire(2), { permitRunId: 'of holder' });
  });
});
