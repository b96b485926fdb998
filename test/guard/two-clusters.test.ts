import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { startServersWithManifests } from '../../dev/start-servers-with-manifests.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { startChainEnvironment } from '../support/chain-environment.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { permitOfChainIsFree } from '../support/permit-of-chain.ts';
import { sharedServers } from '../support/shared-servers.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

const ENFORCE = { guard: { mode: 'Enforce' } };
const POWERS = { 'val-0': 10, 'val-1': 10, 'val-2': 10, 'val-3': 10 };

/** Each has its own simulated chain, under one name. */
describe('two clusters with nodes of one chain on one Temporal namespace', function () {
  this.timeout(300_000);
  let here: TestEnvironment;
  let there: TestEnvironment;
  const started = new AsyncDisposableStack();

  before(async () => {
    const servers = await startServersWithManifests();
    started.defer(servers.stop);
    const chainId = `chain-${randomBytes(4).toString('hex')}`;
    here = await startChainEnvironment({ powers: POWERS, chainId });
    started.defer(() => here.stop());
    there = await startChainEnvironment({
      powers: POWERS,
      chainId,
      servers: { ...servers, temporal: (await sharedServers()).temporal },
    });
    started.defer(() => there.stop());
    await here.startService();
    await there.startService();
  });
  afterEach('neither chain stopped', () => {
    for (const { fleet } of [here, there]) assert.deepEqual(fleet.chain.stops, []);
  });
  after(() => started.disposeAsync());

  it('share the permit of the chain: a validator of one waits for that of the other', async () => {
    const node = here.fleet.node(here.namespace, 'val-0');
    node.setFaults({ neverBoot: true });
    await here.restart('first', 'val-0', ENFORCE);
    await here.taskWhere('first', 'was sent', ({ status }) => status?.task?.submittedAt !== undefined);
    await there.restart('second', 'val-1', ENFORCE);
    const held = await there.taskWhere('second', 'waits', ({ status }) => status?.step === 'Guarded');
    assert.match(
      held.status?.message ?? '',
      messagePattern('Guarded', 'chain', { holder: 'SeiNodeTask first, which is in another cluster or was deleted' }),
    );
    assert.equal(there.fleet.node(there.namespace, 'val-1').sigtermsReceived, 0);
    node.setFaults({});
    assertComplete(await here.finished('first'));
    assertComplete(await there.finished('second'));
    await permitOfChainIsFree(here);
  });
});
