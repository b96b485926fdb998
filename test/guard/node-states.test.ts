import assert from 'node:assert/strict';
import type { GuardCheck } from '../../api/guard-verdicts.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { startChainEnvironment } from '../support/chain-environment.ts';
import { eventually } from '../support/eventually.ts';
import { heldByGuard } from '../support/held-by-guard.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { permitOfChainIsFree } from '../support/permit-of-chain.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

/** Any one of them may be down, and no two. */
const NODES = Array.from({ length: 6 }, (_, index) => `val-${index}`);
const ENFORCE = { guard: { mode: 'Enforce' } };
/** Blocks to an upgrade that are less than the margin of the guard. */
const NEAR = 1_000;

/** What is changed of a SeiNode, and what ends it. */
interface NodeState {
  readonly spec?: object;
  readonly status?: object;
}

function updating(status: string): NodeState {
  return { status: { conditions: [{ type: 'NodeUpdateInProgress', status }] } };
}

describe('a guarded task', function () {
  this.timeout(300_000);
  let environment: TestEnvironment;

  before(async () => {
    environment = await startChainEnvironment({
      powers: Object.fromEntries(NODES.map((name) => [name, 10])),
      fullNodes: ['full-a', 'full-b', 'full-c'],
    });
    await environment.startService();
  });
  afterEach('the chain never stopped', () => assert.deepEqual(environment.fleet.chain.stops, []));
  after(() => environment.stop());

  async function change(name: string, { spec, status }: NodeState): Promise<void> {
    const { namespace, seiNodes } = environment;
    if (spec !== undefined) await seiNodes.patch({ namespace, name }, { spec });
    if (status !== undefined) await seiNodes.patchStatus({ namespace, name }, { status });
  }

  const restartsOf = (name: string): number => environment.fleet.node(environment.namespace, name).sigtermsReceived;

  it('makes no call to the RPC of any node when its guard is off', async () => {
    const calls = (): number[] => environment.fleet.nodes.map(({ rpcRequests }) => rpcRequests);
    const before = calls();
    await environment.restart('plain', 'full-a');
    await environment.restart('off', 'full-b', { guard: { mode: 'Off' } });
    for (const name of ['plain', 'off']) assertComplete(await environment.finished(name));
    assert.deepEqual(calls(), before);
  });

  const states: Readonly<
    Record<string, { readonly node: string; readonly begin: NodeState; readonly end: () => NodeState }>
  > = {
    NodePaused: { node: 'val-0', begin: { spec: { paused: true } }, end: () => ({ spec: { paused: false } }) },
    NodeUpdating: { node: 'val-1', begin: updating('True'), end: () => updating('False') },
    NodeHeldByWorkflow: {
      node: 'val-2',
      begin: { status: { adoptedWorkflow: { name: 'resize' } } },
      end: () => ({ status: { adoptedWorkflow: null } }),
    },
    ChainIdMismatch: {
      node: 'val-3',
      begin: { spec: { chainId: 'other-1' } },
      end: () => ({ spec: { chainId: environment.fleet.chain.chainId } }),
    },
  };
  for (const [verdict, { node, begin, end }] of Object.entries(states)) {
    it(`waits for ${verdict} with no permit, and is sent once it is over`, async () => {
      const name = `waits-${node}`;
      await change(node, begin);
      await environment.restart(name, node, ENFORCE);
      await heldByGuard(environment, name, verdict as GuardCheck);
      await environment.permitIsFree(node);
      await permitOfChainIsFree(environment);
      assert.equal(restartsOf(node), 0);
      await change(node, end());
      assertComplete(await environment.finished(name));
      assert.equal(restartsOf(node), 1);
    });
  }

  it('waits for a node that catches up, and is sent once it has', async () => {
    const override = { checks: ['RestartedRecently'], reason: 'a test' };
    const node = environment.fleet.node(environment.namespace, 'val-5');
    node.setFaults({ catchUpMs: 600_000 });
    await environment.restart('falls-behind', 'val-5');
    assertComplete(await environment.finished('falls-behind'));
    await environment.restart('behind', 'val-5', { ...ENFORCE, override });
    await heldByGuard(environment, 'behind', 'CatchingUp');
    assert.equal(restartsOf('val-5'), 1);
    node.setFaults({});
    assertComplete(await environment.finished('behind'));
    assert.equal(restartsOf('val-5'), 2);
  });

  it('sets no image while the chain cannot spare the node, and holds the permit of the chain until it is rolled out', async () => {
    const { namespace, seiNodes } = environment;
    await change('val-4', { spec: { image: 'seid:v5' }, status: { currentImage: 'seid:v5' } });
    environment.fleet.chain.setValidator('val-0', { down: true });
    await environment.createTask('image', {
      kind: 'UpdateNodeImage',
      target: { nodeRef: { name: 'val-4' } },
      updateNodeImage: { image: 'seid:v6' },
      ...ENFORCE,
    });
    await heldByGuard(environment, 'image', 'QuorumAtRisk');
    const image = async () => {
      const { spec } = (await seiNodes.get(namespace, 'val-4')) as { spec?: { image?: string } };
      return spec?.image;
    };
    assert.equal(await image(), 'seid:v5');
    environment.fleet.chain.setValidator('val-0', { down: false });
    await eventually('the image is set', async () => (await image()) === 'seid:v6');
    const override = { checks: ['RestartedRecently'], reason: 'a test' };
    await environment.restart('beside', 'val-5', { ...ENFORCE, override });
    const held = await environment.taskWhere('beside', 'waits', ({ status }) => status?.step === 'Guarded');
    assert.match(held.status?.message ?? '', messagePattern('Guarded', 'chain', { holder: 'SeiNodeTask image' }));
    assert.equal(restartsOf('val-5'), 2);
    await change('val-4', { status: { currentImage: 'seid:v6' } });
    for (const name of ['image', 'beside']) assertComplete(await environment.finished(name));
    await permitOfChainIsFree(environment);
  });

  it('waits near the height of an upgrade if its node is a validator', async () => {
    const override = { checks: ['RestartedRecently'], reason: 'a test' };
    const { chain } = environment.fleet;
    chain.planUpgrade({ name: 'v7', height: chain.height + NEAR });
    await environment.restart('near', 'val-0', { ...ENFORCE, override });
    await environment.restart('near-full', 'full-c', ENFORCE);
    await heldByGuard(environment, 'near', 'NearUpgradeHeight');
    assertComplete(await environment.finished('near-full'));
    chain.planUpgrade(undefined);
    assertComplete(await environment.finished('near'));
  });

  it('waits on a chain that has stopped for its upgrade, and is sent after it', async () => {
    const { chain } = environment.fleet;
    chain.planUpgrade({ name: 'v8', height: chain.height + 20 });
    const override = { checks: ['RestartedRecently', 'NearUpgradeHeight'], reason: 'a test' };
    await eventually('the chain has stopped', () => chain.height === (chain.plan?.height ?? 0) - 1);
    await environment.restart('upgrade', 'val-1', { ...ENFORCE, override });
    await heldByGuard(environment, 'upgrade', 'HaltedForUpgrade');
    assert.equal(restartsOf('val-1'), 1);
    chain.upgradeAll();
    assertComplete(await environment.finished('upgrade'));
    await permitOfChainIsFree(environment);
  });
});

describe('a guarded task on a chain whose commits cannot be read', function () {
  this.timeout(300_000);
  let environment: TestEnvironment;

  before(async () => {
    environment = await startChainEnvironment({ powers: { a: 10, b: 10, c: 10, d: 10 }, protocol: 'Autobahn' });
    await environment.startService();
  });
  afterEach('the chain never stopped', () => assert.deepEqual(environment.fleet.chain.stops, []));
  after(() => environment.stop());

  it('waits for ConsensusUnsupported if its node is a validator, until it is passed over', async () => {
    await environment.restart('full', 'full-a', ENFORCE);
    assertComplete(await environment.finished('full'));
    await environment.restart('validator', 'a', ENFORCE);
    await heldByGuard(environment, 'validator', 'ConsensusUnsupported');
    await environment.tasks.delete(environment.namespace, 'validator');
    await environment.permitIsFree('a');
    await permitOfChainIsFree(environment);
    const override = { checks: ['ConsensusUnsupported'], reason: 'a test' };
    await environment.restart('overridden', 'a', { ...ENFORCE, override });
    assertComplete(await environment.finished('overridden'));
    assert.equal(environment.fleet.node(environment.namespace, 'a').sigtermsReceived, 1);
  });
});
