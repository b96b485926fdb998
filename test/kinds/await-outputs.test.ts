import assert from 'node:assert/strict';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

interface RpcStatus {
  readonly sync_info?: { readonly latest_block_height: string };
}

async function heightNow(node: SimulatedNode): Promise<number> {
  const answer = await fetch(`${node.url}/rpc/status`);
  const body = (await answer.json()) as { result?: RpcStatus } & RpcStatus;
  return Number((body.result ?? body).sync_info?.latest_block_height);
}

describe('the outputs of tasks that wait for a height', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const jsonRpcEnvelope of [true, false]) {
    const wrapper = jsonRpcEnvelope ? 'with' : 'without';

    it(`contract §1, outputs: AwaitNodesAtHeight writes the height that seid's RPC reported, ${wrapper} the JSON-RPC wrapper`, async () => {
      const name = `nodes-${wrapper}`;
      const node = await environment.addNode(name, { jsonRpcEnvelope });
      const targetHeight = (await heightNow(node)) + 2;
      await createTaskOfKind(environment, name, { kind: 'AwaitNodesAtHeight', payload: { targetHeight } });
      const task = await environment.finished(name);
      assertComplete(task);
      const { currentHeight = 0, ...more } = task.status?.outputs?.awaitNodesAtHeight ?? {};
      assert.deepEqual(more, {});
      assert.ok(
        currentHeight >= targetHeight && currentHeight <= (await heightNow(node)),
        `${currentHeight} for ${targetHeight}`,
      );
    });

    it(`contract §1, outputs: AwaitCondition writes the value that seid's RPC reported, ${wrapper} the JSON-RPC wrapper`, async () => {
      const name = `condition-${wrapper}`;
      const node = await environment.addNode(name, { jsonRpcEnvelope });
      const targetHeight = (await heightNow(node)) + 2;
      await createTaskOfKind(environment, name, { kind: 'AwaitCondition', payload: { height: { targetHeight } } });
      const task = await environment.finished(name);
      assertComplete(task);
      const { observedValue = 0, ...more } = task.status?.outputs?.awaitCondition ?? {};
      assert.deepEqual(more, {});
      assert.equal(typeof observedValue, 'number');
      assert.ok(
        observedValue >= targetHeight && observedValue <= (await heightNow(node)),
        `${observedValue} for ${targetHeight}`,
      );
      assert.equal(node.sigtermsReceived, 0);
    });
  }

  it("contract §1, outputs: AwaitCondition with SIGTERM_SEID writes none when seid's RPC does not answer afterwards", async () => {
    const node = await environment.addNode('signalled');
    const pid = node.seidPid;
    node.setFaults({ neverBoot: true });
    const payload = { height: { targetHeight: (await heightNow(node)) + 2 }, action: 'SIGTERM_SEID' };
    await createTaskOfKind(environment, 'signalled', { kind: 'AwaitCondition', payload });
    const task = await environment.finished('signalled');
    assertComplete(task);
    assert.equal(task.status?.outputs, undefined);
    assert.equal(node.sigtermsReceived, 1);
    assert.deepEqual(node.pastSeidPids, [pid]);
  });

  it("contract §1, outputs: AwaitNodesAtHeight writes none when seid's RPC cannot be reached", async () => {
    const unreachable = await TestEnvironment.create({
      service: { SEID_RPC_URL_TEMPLATE: 'http://127.0.0.1:9/{namespace}/{name}' },
    });
    try {
      await unreachable.startService();
      await unreachable.addNode('silent');
      await createTaskOfKind(unreachable, 'silent', { kind: 'AwaitNodesAtHeight', payload: { targetHeight: 1 } });
      const task = await unreachable.finished('silent');
      assertComplete(task);
      assert.equal(task.status?.outputs, undefined);
    } finally {
      await unreachable.stop();
    }
  });
});
