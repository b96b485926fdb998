/** A stack with seven validators and three full nodes on a chain that can stop. */
import assert from 'node:assert/strict';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const VALIDATORS = Array.from({ length: 7 }, (_, index) => `val-${index}`);
const FULL_NODES = ['full-0', 'full-1', 'full-2'];

describe('a stack with consensus', () => {
  let environment: TestEnvironment;

  before(async () => {
    const consensus = { validators: VALIDATORS.map((name) => ({ name, power: '1000' })) };
    environment = await TestEnvironment.create({ chain: { chainId: 'seven-1', blockIntervalMs: 100, consensus } });
    await Promise.all([...VALIDATORS, ...FULL_NODES].map((name) => environment.addNode(name)));
    await environment.startService();
  });

  after(() => environment.stop());

  it('has SeiNodes with chain and role', async () => {
    const { items } = await environment.seiNodes.listPage({ namespace: environment.namespace });
    const specs = items.map(({ metadata, spec }: KubernetesObject & { spec?: unknown }) => [metadata.name, spec]);
    assert.deepEqual(Object.fromEntries(specs), {
      ...Object.fromEntries(VALIDATORS.map((name) => [name, { chainId: 'seven-1', validator: {} }])),
      ...Object.fromEntries(FULL_NODES.map((name) => [name, { chainId: 'seven-1', fullNode: {} }])),
    });
  });

  it('makes blocks while one of the validators restarts', async () => {
    const { height } = environment.fleet;
    await environment.restart('one', 'val-0');
    assertComplete(await environment.finished('one'));
    assert.ok(environment.fleet.height > height);
    assert.deepEqual(environment.fleet.chain.stops, []);
  });

  it('stops when three of them restart at once, and shows which', async () => {
    for (const name of ['val-1', 'val-2', 'val-3']) {
      environment.fleet.node(environment.namespace, name).setFaults({ slowBootMs: 2_000 });
      await environment.restart(`three-${name}`, name);
    }
    await Promise.all(['val-1', 'val-2', 'val-3'].map((name) => environment.finished(`three-${name}`)));
    const [stop] = environment.fleet.chain.stops;
    assert.deepEqual(stop?.down.map(({ name }) => name).toSorted(), ['val-1', 'val-2', 'val-3']);
  });
});
