import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FIRST_PORT } from '../../dev/free-port.ts';
import { isAlive } from '../../dev/is-alive.ts';
import type { Faults } from '../../simulator/faults.ts';
import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { SidecarClient } from './sidecar-client.ts';

async function rpcStatus({ url }: SimulatedNode): Promise<number> {
  return (await fetch(`${url}/rpc/status`)).status;
}

describe('fleet', function () {
  this.timeout(30_000);

  let fleet: Fleet;
  let node: SimulatedNode;
  let client: SidecarClient;

  before(async () => {
    fleet = await startFleet({ chainId: 'made-up-1', startHeight: 5_000 });
    node = await fleet.addNode({ namespace: 'sei', name: 'syncer-0-0' });
    client = new SidecarClient(node.url);
  });

  afterEach(() => node.setFaults({}));
  after(() => fleet.close());

  it('serves each node under its own prefix', async () => {
    const other = await fleet.addNode({ namespace: 'sei', name: 'other' });
    const id = await new SidecarClient(other.url).submit('mark-ready');
    assert.equal((await client.get(`/v0/tasks/${id}`)).status, 404);
    assert.equal(other.tasks[0]?.id, id);
    await fleet.removeNode('sei', 'other');
    assert.throws(() => fleet.node('sei', 'other'), /no node sei\/other/);
  });

  it('gives seid no port that a server may have been promised', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `port-${index}`);
    const nodes = await Promise.all(names.map((name) => fleet.addNode({ namespace: 'sei', name })));
    for (const { rpcUrl } of nodes) assert.ok(Number(new URL(rpcUrl!).port) < FIRST_PORT, rpcUrl);
    await Promise.all(names.map((name) => fleet.removeNode('sei', name)));
  });

  it('refuses the connection for a node that is not there', async () => {
    await assert.rejects(fetch(`${fleet.url}/sei/nobody/v0/livez`));
  });

  it('refuses a second node of the same name', async () => {
    await assert.rejects(fleet.addNode({ namespace: 'sei', name: 'syncer-0-0' }), /already in the fleet/);
  });

  it('begins at the start height', async () => {
    const height = await node.latestHeight();
    assert.ok(height !== undefined && height >= 5_000 && height < 6_000, `height ${height}`);
  });

  it('records each request with its answer and time', async () => {
    const body = JSON.stringify({ id: randomUUID(), type: 'mark-ready' });
    const before = Date.now();
    await client.send('POST', '/v0/tasks', body);
    const { at, ...request } = node.requests.at(-1)!;
    assert.deepEqual(request, { method: 'POST', path: '/v0/tasks', body, status: 201 });
    assert.ok(Math.abs(at - before) < 10_000);
  });

  describe("seid's RPC", () => {
    it('is passed on, past the faults of the sidecar, and not recorded', async () => {
      const recorded = node.requests.length;
      node.setFaults({ refuseConnections: {} });
      const response = await fetch(`${fleet.url}/sei/syncer-0-0/rpc/status`);
      const { result } = (await response.json()) as { result: { node_info: unknown } };
      assert.deepEqual([response.status, result.node_info], [200, { network: 'made-up-1', moniker: 'syncer-0-0' }]);
      assert.equal(node.requests.length, recorded);
    });

    it('answers 502 while seid does not serve, for the first time or again', async () => {
      const booting = await fleet.addNode({ namespace: 'sei', name: 'booting', faults: { neverBoot: true } });
      assert.equal(await rpcStatus(booting), 502);
      booting.setFaults({});
      await eventually('it serves', async () => (await rpcStatus(booting)) === 200);
      booting.setFaults({ neverBoot: true });
      await new SidecarClient(booting.url).submit('restart-seid');
      await eventually('it serves no more', async () => (await rpcStatus(booting)) === 502);
    });

    it('answers 405 to another method', async () => {
      assert.equal((await fetch(`${node.url}/rpc/status`, { method: 'POST' })).status, 405);
    });
  });

  it('starts seid again when it dies by itself', async () => {
    const pid = node.seidPid!;
    const sigterms = node.sigtermsReceived;
    process.kill(pid, 'SIGKILL');
    await eventually(
      'a new seid serves',
      async () => node.seidPid !== pid && (await node.latestHeight()) !== undefined,
    );
    assert.deepEqual([node.pastSeidPids.at(-1), node.sigtermsReceived], [pid, sigterms]);
  });

  describe('faults', () => {
    it('slow stop and slow boot hold a restart up', async () => {
      node.setFaults({ slowStopMs: 150, slowBootMs: 150 });
      const { submittedAt, completedAt } = await client.ended(await client.submit('restart-seid'));
      assert.ok(Date.parse(completedAt!) - Date.parse(submittedAt) >= 300, `${submittedAt} to ${completedAt}`);
    });

    it('a node can be added whose seid never boots', async () => {
      const dead = await fleet.addNode({ namespace: 'sei', name: 'dead', faults: { neverBoot: true } });
      assert.notEqual(dead.seidPid, undefined);
      assert.equal(await dead.latestHeight(), undefined);
      dead.setFaults({});
      await eventually('it boots after all', () => dead.latestHeight());
    });

    it('refuses connections', async () => {
      node.setFaults({ refuseConnections: {} });
      await assert.rejects(client.get('/v0/livez'));
      assert.equal(node.requests.at(-1)?.status, null);
    });

    it('hangs until the caller gives up', async () => {
      node.setFaults({ hang: {} });
      await assert.rejects(
        fetch(`${node.url}/v0/livez`, { signal: AbortSignal.timeout(100) }),
        ({ name }: Error) => name === 'TimeoutError',
      );
    });

    for (const [status, contentType, body] of [
      [500, 'application/json', '{"error":"Internal Server Error"}\n'],
      [400, 'application/json', '{"error":"Bad Request"}\n'],
      [401, 'text/plain; charset=utf-8', 'Unauthorized\n'],
      [403, 'text/plain; charset=utf-8', 'Forbidden\n'],
    ] as const) {
      it(`answers ${status}`, async () => {
        node.setFaults({ answerStatus: { status } });
        assert.deepEqual(await client.get('/v0/tasks'), { status, contentType, text: body });
      });
    }

    it('answers with chosen words, once, and only to one method', async () => {
      node.setFaults({ answerStatus: { status: 400, error: 'persist task: disk full', method: 'POST', times: 1 } });
      const task = { id: randomUUID(), type: 'mark-ready' };
      assert.equal((await client.get('/v0/tasks')).status, 200);
      const refused = await client.post(task);
      assert.deepEqual([refused.status, refused.text], [400, '{"error":"persist task: disk full"}\n']);
      assert.equal((await client.get(`/v0/tasks/${task.id}`)).status, 404);
      assert.equal((await client.post(task)).status, 201);
      assert.deepEqual(node.faults, {});
    });

    it('answers 503 with Retry-After to a DELETE, once, and forgets nothing', async () => {
      const id = await client.submit('mark-ready');
      await client.ended(id);
      node.setFaults({ answerStatus: { status: 503, method: 'DELETE', times: 1, retryAfterSeconds: 1 } });
      const task = `${node.url}/v0/tasks/${id}`;
      const busy = await fetch(task, { method: 'DELETE' });
      assert.deepEqual([busy.status, busy.headers.get('retry-after')], [503, '1']);
      assert.equal((await client.get(`/v0/tasks/${id}`)).status, 200);
      assert.equal((await fetch(task, { method: 'DELETE' })).status, 204);
    });

    it('sends HTML', async () => {
      node.setFaults({ garbage: { body: 'html' } });
      const { status, contentType, text: page } = await client.get('/v0/tasks');
      assert.deepEqual([status, contentType, page.startsWith('<!doctype html>')], [200, 'text/html', true]);
    });

    it('sends half a body', async () => {
      node.setFaults({ garbage: { body: 'half' } });
      await assert.rejects(client.get('/v0/tasks'));
    });

    it('sends nothing', async () => {
      node.setFaults({ garbage: { body: 'empty' } });
      const { status, text: body } = await client.get('/v0/tasks');
      assert.deepEqual([status, body], [200, '']);
    });

    it('sends 10 MB', async () => {
      node.setFaults({ garbage: { body: 'huge' } });
      assert.ok((await client.get('/v0/tasks')).text.length > 10_000_000);
    });

    it('carries a POST out and drops the connection', async () => {
      node.setFaults({ dropAfterPost: { times: 1 } });
      const task = { id: randomUUID(), type: 'mark-ready' };
      await assert.rejects(client.post(task));
      assert.equal((await client.ended(task.id)).status, 'completed');
    });

    it('answers 404 to the next GETs of a task, and only to them', async () => {
      const id = await client.submit('mark-ready');
      node.setFaults({ taskNotFound: { times: 2 } });
      const statuses: number[] = [];
      for (const path of ['/v0/tasks', `/v0/tasks/${id}`, `/v0/tasks/${id}`, `/v0/tasks/${id}`]) {
        statuses.push((await client.get(path)).status);
      }
      assert.deepEqual(statuses, [200, 404, 404, 200]);
    });
  });

  describe('a crash of the sidecar', () => {
    afterEach(() => node.startSidecar());

    it('breaks the connections that are open and refuses new ones; seid keeps running', async () => {
      const pid = node.seidPid;
      node.setFaults({ hang: { times: 1 } });
      const open = client.get('/v0/livez');
      await eventually('the request is there', () => node.faults.hang === undefined);
      node.crashSidecar();
      await assert.rejects(open);
      await assert.rejects(client.get('/v0/livez'));
      assert.deepEqual([node.sidecar.up, node.sidecar.startedAt, node.seidPid], [false, undefined, pid]);
    });

    it('is over when it is started: a new process, counted', async () => {
      const { restarts, startedAt } = node.sidecar;
      node.crashSidecar();
      node.startSidecar();
      assert.equal((await client.get('/v0/livez')).status, 200);
      assert.equal(node.sidecar.restarts, restarts + 1);
      assert.notEqual(node.sidecar.startedAt, startedAt);
    });
  });

  describe('control API', () => {
    let control: SidecarClient;
    before(() => {
      control = new SidecarClient(`${fleet.url}/_simulator/nodes`);
    });

    it('lists the nodes', async () => {
      const [first] = JSON.parse((await control.get('')).text);
      assert.deepEqual([first.name, first.seid.pid, first.url], ['syncer-0-0', node.seidPid, node.url]);
    });

    it('shows one node', async () => {
      const facts = JSON.parse((await control.get('/sei/syncer-0-0')).text);
      assert.deepEqual(facts, JSON.parse(JSON.stringify(node.facts())));
    });

    it('switches faults', async () => {
      const faults: Faults = {
        slowStopMs: 10,
        answerStatus: { status: 500, method: 'POST', times: 3, retryAfterSeconds: 2 },
      };
      const answer = await control.send('PUT', '/sei/syncer-0-0/faults', JSON.stringify(faults));
      assert.deepEqual([answer.status, JSON.parse(answer.text), node.faults], [200, faults, faults]);
    });

    for (const [faults, error] of [
      ['[]', 'faults: [] is not allowed; allowed: an object'],
      ['{', 'the body must be a JSON object with faults, {} for none'],
      ['{"slowBootMs":-1}', 'faults.slowBootMs: -1 is not allowed; allowed: an integer from 0'],
      ['{"ignoreSigterm":1}', 'faults.ignoreSigterm: 1 is not allowed; allowed: true, false'],
      ['{"hang":{"method":"PUT"}}', 'faults.hang.method: "PUT" is not allowed; allowed: GET, POST, DELETE'],
      ['{"garbage":{}}', 'faults.garbage.body is required'],
    ] as const) {
      it(`refuses ${faults}`, async () => {
        const answer = await control.send('PUT', '/sei/syncer-0-0/faults', faults);
        assert.deepEqual([answer.status, JSON.parse(answer.text)], [400, { error }]);
      });
    }

    it('names the faults that there are', async () => {
      const { status, text: body } = await control.send('PUT', '/sei/syncer-0-0/faults', '{"explode":true}');
      assert.equal(status, 400);
      assert.match(body, /faults: \\"explode\\" is not allowed; allowed: slowStopMs, slowBootMs, .*, taskNotFound/);
    });

    it('crashes, stops and starts the sidecar', async () => {
      const ups: boolean[] = [];
      for (const action of ['crash-sidecar', 'start-sidecar', 'stop-sidecar', 'start-sidecar']) {
        await control.send('POST', `/sei/syncer-0-0/${action}`);
        ups.push(node.sidecar.up);
      }
      assert.deepEqual(ups, [false, true, false, true]);
    });

    it('answers 404 to what is not there', async () => {
      assert.match((await control.get('/sei/nobody')).text, /no such node; there are: sei\/syncer-0-0/);
      assert.match(
        (await control.get('/sei/syncer-0-0/explode')).text,
        /no such action; there are: GET , PUT \/faults/,
      );
    });
  });
});

describe('fleet processes', function () {
  this.timeout(30_000);

  it('close() leaves no seid behind', async () => {
    const fleet = await startFleet();
    const nodes = await Promise.all(['a', 'b'].map((name) => fleet.addNode({ namespace: 'default', name })));
    const pids = nodes.map((node) => node.seidPid!);
    // One is in the middle of a restart.
    await new SidecarClient(nodes[0]!.url).submit('restart-seid');
    await fleet.close();
    assert.deepEqual(pids.filter(isAlive), []);
    assert.deepEqual(
      nodes.map((node) => node.seidPid),
      [undefined, undefined],
    );
  });

  it('kill -9 of the process that runs a fleet leaves no seid behind', async () => {
    const script = fileURLToPath(new URL('fleet-process.ts', import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const pids = JSON.parse(line.toString()) as number[];
    assert.deepEqual(pids.map(isAlive), [true, true, true]);
    child.kill('SIGKILL');
    await text(child.stdout);
    await eventually('every seid is gone', () => !pids.some(isAlive));
  });
});
