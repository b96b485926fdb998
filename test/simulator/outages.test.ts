/** Sidecars that are away, refuse for a while, or have forgotten everything, and what they do once they are back. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { startFleet, type Fleet, type NodeBehaviour } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { SidecarClient } from './sidecar-client.ts';

const HEIGHT = 1_000_000;
const ARMED = { condition: 'height', targetHeight: HEIGHT, action: 'SIGTERM_SEID' };
const VOTE = {
  chainId: 'simulated-1',
  keyName: 'node_admin',
  fees: '2000usei',
  gas: 200_000,
  proposalId: 7,
  option: 'yes',
};

/** Code of the error with which a call ends. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const { cause } = await call.then(
    () => assert.fail('it was answered'),
    (error: Error) => error,
  );
  return (cause as { code?: string } | undefined)?.code;
}

describe('outages of a sidecar', function () {
  this.timeout(30_000);

  let fleet: Fleet;

  const newNode = async (behaviour: NodeBehaviour = {}): Promise<[SimulatedNode, SidecarClient]> => {
    const node = await fleet.addNode({ namespace: 'sei', name: `node-${fleet.nodes.length}`, ...behaviour });
    return [node, new SidecarClient(node.url)];
  };

  beforeEach(async () => {
    fleet = await startFleet();
  });
  afterEach(() => fleet.close());

  for (const sidecarVersion of ['v0.0.56', 'newer'] as const) {
    for (const how of ['stopSidecar', 'crashSidecar'] as const) {
      it(`${how}, ${sidecarVersion}: a wait that it has stored goes off once it is back, and only then`, async () => {
        const [node, sidecar] = await newNode({ sidecarVersion });
        const id = await sidecar.submit('await-condition', ARMED);
        await node[how]();
        await node.setHeight(HEIGHT);
        for (const method of ['GET', 'DELETE']) await assert.rejects(sidecar.send(method, `/v0/tasks/${id}`));
        assert.equal(node.sigtermsReceived, 0);
        node.startSidecar();
        const { status, run } = await sidecar.ended(id);
        assert.deepEqual([status, run, node.sigtermsReceived], ['completed', 1, 1]);
      });
    }
  }

  it('a wait that is taken off before the height does not go off', async () => {
    const [node, sidecar] = await newNode({ sidecarVersion: 'newer' });
    const id = await sidecar.submit('await-condition', ARMED);
    await node.stopSidecar();
    node.startSidecar();
    assert.equal((await sidecar.send('DELETE', `/v0/tasks/${id}`)).status, 204);
    const later = await sidecar.submit('await-condition', { condition: 'height', targetHeight: HEIGHT + 1 });
    await node.setHeight(HEIGHT + 1);
    await sidecar.ended(later);
    assert.equal(node.sigtermsReceived, 0);
  });

  it('DELETE answers 503 with Retry-After as often as it is set to, and takes nothing off', async () => {
    const [node, sidecar] = await newNode({ sidecarVersion: 'newer' });
    const id = await sidecar.submit('await-condition', ARMED);
    const error = 'failed to delete task; retry';
    node.setFaults({ answerStatus: { status: 503, method: 'DELETE', retryAfterSeconds: 7, error } });
    for (let count = 0; count < 5; count += 1) {
      const { status, headers, text } = await sidecar.exchange('DELETE', `/v0/tasks/${id}`);
      assert.deepEqual([status, headers.get('retry-after'), text], [503, '7', `${JSON.stringify({ error })}\n`]);
    }
    assert.equal((await sidecar.task(id)).status, 'running');
    node.setFaults({});
    assert.equal((await sidecar.send('DELETE', `/v0/tasks/${id}`)).status, 204);
  });

  it('a POST is accepted and its answer lost', async () => {
    const [node, sidecar] = await newNode();
    node.setFaults({ dropAfterPost: { times: 1 } });
    const task = { id: randomUUID(), type: 'await-condition', params: ARMED };
    await assert.rejects(sidecar.post(task));
    assert.deepEqual([node.requests.at(-1)?.status, (await sidecar.task(task.id)).status], [null, 'running']);
    assert.equal((await sidecar.post(task)).status, 201);
    assert.equal(node.tasks.length, 1);
  });

  it('the proxy refuses with 403 and its own text, and nothing reaches the sidecar', async () => {
    const [node, sidecar] = await newNode();
    const error = 'Forbidden (user=system:serviceaccount:a:b, verb=create, resource=seinodetasks, subresource=)';
    node.setFaults({ answerStatus: { status: 403, method: 'POST', error } });
    const answer = await sidecar.post({ id: randomUUID(), type: 'mark-ready' });
    assert.deepEqual(answer, { status: 403, contentType: 'text/plain; charset=utf-8', text: `${error}\n` });
    assert.deepEqual(node.tasks, []);
    assert.equal((await sidecar.get('/v0/livez')).status, 200);
  });

  describe('a store that is lost', () => {
    for (const sidecarVersion of ['v0.0.56', 'newer'] as const) {
      it(`${sidecarVersion}: lives, knows nothing of what it had, and works on nothing of it`, async () => {
        const [node, sidecar] = await newNode({ sidecarVersion });
        const ids = [await sidecar.submit('mark-ready'), await sidecar.submit('await-condition', ARMED)];
        await sidecar.ended(ids[0]!);
        node.loseStore();
        assert.equal((await sidecar.get('/v0/livez')).status, 200);
        assert.equal((await sidecar.get('/v0/healthz')).status, 503);
        assert.equal((await sidecar.get('/v0/tasks')).text, '[]\n');
        for (const id of ids) {
          const unknown = { status: 404, contentType: 'application/json', text: '{"error":"task not found"}\n' };
          assert.deepEqual(await sidecar.get(`/v0/tasks/${id}`), unknown);
          assert.deepEqual(await sidecar.send('DELETE', `/v0/tasks/${id}`), unknown);
        }
        const later = await sidecar.submit('await-condition', { condition: 'height', targetHeight: HEIGHT });
        await node.setHeight(HEIGHT);
        await sidecar.ended(later);
        assert.equal(node.sigtermsReceived, 0);
      });
    }

    it('takes the same id as a new one, and sends its transaction a second time', async () => {
      const [node, sidecar] = await newNode({ sidecarVersion: 'newer' });
      const id = await sidecar.submit('gov-vote', VOTE);
      const first = await sidecar.ended(id);
      node.loseStore();
      await sidecar.post({ id, type: 'gov-vote', params: VOTE });
      const second = await sidecar.ended(id);
      assert.deepEqual([first.run, second.run, node.broadcasts.map(({ taskId }) => taskId)], [1, 1, [id, id]]);
      assert.notDeepEqual(second.result, first.result);
    });

    it('can be lost while the sidecar is down', async () => {
      const [node, sidecar] = await newNode();
      await sidecar.submit('await-condition', ARMED);
      node.crashSidecar();
      node.loseStore();
      assert.equal(node.sidecar.up, false);
      node.startSidecar();
      assert.deepEqual(node.tasks, []);
    });

    it('is lost over the control API', async () => {
      const [node, sidecar] = await newNode();
      await sidecar.submit('await-condition', ARMED);
      const control = new SidecarClient(`${fleet.url}/_simulator/nodes/sei/${node.name}`);
      const { status, text } = await control.send('POST', '/lose-store');
      assert.deepEqual([status, JSON.parse(text)], [200, { ...node.facts().sidecar, up: true, restarts: 1 }]);
      assert.deepEqual(node.tasks, []);
    });
  });

  it('connections are refused, so that nothing can have been sent, until the fleet listens again at the same place', async () => {
    const [node, sidecar] = await newNode();
    const { url } = fleet;
    const id = await sidecar.submit('await-condition', ARMED);
    node.setFaults({ hang: { times: 1 } });
    const open = errorOf(sidecar.get('/v0/livez'));
    await eventually('it hangs', () => node.faults.hang === undefined);
    await fleet.stopListening();
    assert.notEqual(await open, 'ECONNREFUSED');
    assert.equal(await errorOf(sidecar.get('/v0/livez')), 'ECONNREFUSED');
    assert.equal(await errorOf(sidecar.post({ type: 'mark-ready' })), 'ECONNREFUSED');
    assert.deepEqual(
      node.tasks.map((task) => task.id),
      [id],
    );
    await fleet.listen();
    assert.deepEqual([fleet.url, (await sidecar.task(id)).status], [url, 'running']);
  });

  it('a proxy in front of a sidecar that is down answers 502, if told to', async () => {
    const [node, sidecar] = await newNode({ answersWhileDown: 'bad-gateway' });
    node.crashSidecar();
    assert.deepEqual(await sidecar.post({ type: 'mark-ready' }), { status: 502, contentType: null, text: '' });
    assert.equal(node.requests.at(-1)?.status, 502);
    node.startSidecar();
    assert.deepEqual([(await sidecar.get('/v0/livez')).status, node.tasks], [200, []]);
  });
});
