/**
 * The sidecar's wire contract (§3), a line a test. `SIDECAR_CONTRACT_URL=http://host:7777` points it at a real sidecar
 * that nobody needs: its tasks are submitted and deleted. What needs the simulator's controls is then skipped.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { startFleet, type Fleet, type NodeBehaviour } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { realSidecar, simulatorOnly } from './real-sidecar.ts';
import { SidecarClient } from './sidecar-client.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
/** Params of an await-condition that never ends. */
const FOR_EVER = { condition: 'height', targetHeight: 9_000_000_000_000_000 };

describe('sidecar contract', function () {
  this.timeout(30_000);

  let fleet: Fleet | undefined;
  let client: SidecarClient;
  const opened: string[] = [];

  const newNode = (behaviour: NodeBehaviour = {}): Promise<SimulatedNode> => {
    assert.ok(fleet);
    return fleet.addNode({ namespace: 'default', name: `node-${fleet.nodes.length}`, ...behaviour });
  };
  const runForEver = async (): Promise<string> => {
    const id = await client.submit('await-condition', FOR_EVER);
    opened.push(id);
    return id;
  };
  const framing = async (method: string, path: string, body?: string): Promise<unknown[]> => {
    const { status, headers } = await client.exchange(method, path, body);
    return [status, headers.get('content-length'), headers.get('transfer-encoding')];
  };

  before(async () => {
    if (realSidecar === undefined) {
      fleet = await startFleet({ blockIntervalMs: 20 });
      client = new SidecarClient((await newNode()).url);
    } else client = new SidecarClient(realSidecar);
  });

  after(async () => {
    for (const id of opened) await client.send('DELETE', `/v0/tasks/${id}`);
    await fleet?.close();
  });

  describe('POST /v0/tasks', () => {
    it('answers 201 with the id and a newline to a new task', async () => {
      const id = randomUUID();
      opened.push(id);
      const answer = await client.post({ id, type: 'await-condition', params: FOR_EVER });
      assert.deepEqual(answer, { status: 201, contentType: 'application/json', text: `{"id":"${id}"}\n` });
    });

    it('leaves a running task as it is, even with another type and params', async () => {
      const id = await runForEver();
      const before = await client.task(id);
      const answer = await client.post({ id, type: 'mark-ready', params: { a: 1 } });
      assert.deepEqual([answer.status, answer.text], [201, `{"id":"${id}"}\n`]);
      assert.deepEqual(await client.task(id), before);
    });

    it('leaves a completed task as it is, even with another type and params', async () => {
      const id = await client.submit('mark-ready');
      const before = await client.ended(id);
      const answer = await client.post({ id, type: 'await-condition', params: FOR_EVER });
      assert.deepEqual([answer.status, answer.text], [201, `{"id":"${id}"}\n`]);
      assert.deepEqual(await client.task(id), before);
    });

    it('runs a failed task again, run + 1', async () => {
      const id = await client.submit('await-condition', { condition: 'moon' });
      assert.equal((await client.ended(id)).run, 1);
      opened.push(id);
      await client.post({ id, type: 'await-condition', params: FOR_EVER });
      const again = await client.task(id);
      assert.deepEqual([again.status, again.run, again.params, again.error], ['running', 2, FOR_EVER, undefined]);
    });

    it('accepts unknown fields', async () => {
      const answer = await client.post({ id: randomUUID(), type: 'mark-ready', colour: 'blue' });
      assert.equal(answer.status, 201);
    });
  });

  describe('GET /v0/tasks/{id}', () => {
    it('shows a running task with its params', async () => {
      const id = await runForEver();
      const answer = await client.get(`/v0/tasks/${id}`);
      const { submittedAt } = JSON.parse(answer.text);
      assert.match(submittedAt, TIME);
      assert.deepEqual(answer, {
        status: 200,
        contentType: 'application/json',
        text: `{"id":"${id}","type":"await-condition","status":"running","run":1,"params":${JSON.stringify(FOR_EVER)},"submittedAt":"${submittedAt}"}\n`,
      });
    });

    it('shows a completed task with completedAt, and leaves empty params out', async () => {
      const id = await client.submit('mark-ready', {});
      const { submittedAt, completedAt } = await client.ended(id);
      assert.match(submittedAt, TIME);
      assert.match(completedAt ?? '', TIME);
      assert.deepEqual(await client.get(`/v0/tasks/${id}`), {
        status: 200,
        contentType: 'application/json',
        text: `{"id":"${id}","type":"mark-ready","status":"completed","run":1,"submittedAt":"${submittedAt}","completedAt":"${completedAt}"}\n`,
      });
    });

    it('shows a failed task with params, error and completedAt', async () => {
      const id = await client.submit('await-condition', { condition: 'moon' });
      const { submittedAt, completedAt } = await client.ended(id);
      assert.match(submittedAt, TIME);
      assert.match(completedAt ?? '', TIME);
      const end =
        String.raw`"error":"unknown condition \"moon\"","submittedAt":"${submittedAt}","completedAt":"${completedAt}"}` +
        '\n';
      assert.deepEqual(await client.get(`/v0/tasks/${id}`), {
        status: 200,
        contentType: 'application/json',
        text: `{"id":"${id}","type":"await-condition","status":"failed","run":1,"params":{"condition":"moon"},${end}`,
      });
    });

    it('answers 404 to an id that it does not know, be it a UUID or not', async () => {
      for (const id of [randomUUID(), 'x', 'a%20b']) {
        assert.deepEqual(await client.get(`/v0/tasks/${id}`), {
          status: 404,
          contentType: 'application/json',
          text: '{"error":"task not found"}\n',
        });
      }
    });
  });

  it('GET /v0/tasks: a bare array, newest first, at most 100', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 101; count += 1) ids.push(await client.submit('mark-ready'));
    await client.ended(ids.at(-1)!);
    const { text } = await client.get('/v0/tasks');
    const newest = (await client.get(`/v0/tasks/${ids.at(-1)}`)).text.trimEnd();
    assert.ok(text.startsWith(`[${newest},{`) && text.endsWith('}]\n'));
    const listed = JSON.parse(text) as { id: string }[];
    assert.deepEqual(
      listed.map(({ id }) => id),
      ids.toReversed().slice(0, 100),
    );
  });

  describe('DELETE /v0/tasks/{id}', () => {
    it('answers 204 without a body, then 404', async () => {
      const id = await client.submit('mark-ready');
      await client.ended(id);
      const first = await client.send('DELETE', `/v0/tasks/${id}`);
      assert.deepEqual([first.status, first.text], [204, '']);
      const second = await client.send('DELETE', `/v0/tasks/${id}`);
      assert.deepEqual([second.status, second.text], [404, '{"error":"task not found"}\n']);
      assert.equal((await client.get(`/v0/tasks/${id}`)).status, 404);
    });

    simulatorOnly('v0.0.56: the work continues and the row is written again when it ends', async () => {
      const node = await newNode({ sidecarVersion: 'v0.0.56' });
      const sidecar = new SidecarClient(node.url);
      node.setFaults({ slowStopMs: 200 });
      const id = await sidecar.submit('restart-seid');
      await sidecar.send('DELETE', `/v0/tasks/${id}`);
      assert.equal((await sidecar.get(`/v0/tasks/${id}`)).status, 404);
      assert.equal((await sidecar.ended(id)).status, 'completed');
    });

    simulatorOnly('newer: the work is cancelled', async () => {
      const node = await newNode({ sidecarVersion: 'newer' });
      const sidecar = new SidecarClient(node.url);
      const id = await sidecar.submit('await-condition', {
        condition: 'height',
        targetHeight: (await node.latestHeight())! + 20,
        action: 'SIGTERM_SEID',
      });
      await sidecar.send('DELETE', `/v0/tasks/${id}`);
      const later = await sidecar.submit('await-condition', {
        condition: 'height',
        targetHeight: (await node.latestHeight())! + 40,
      });
      await sidecar.ended(later);
      assert.deepEqual([node.sigtermsReceived, (await sidecar.get(`/v0/tasks/${id}`)).status], [0, 404]);
    });
  });

  it('answers 405 in plain text to a wrong method, and names the right ones', async () => {
    for (const [method, path, allow] of [
      ['PUT', '/v0/tasks', 'GET, HEAD, POST'],
      ['DELETE', '/v0/tasks', 'GET, HEAD, POST'],
      ['POST', `/v0/tasks/${randomUUID()}`, 'DELETE, GET, HEAD'],
      ['POST', '/v0/healthz', 'GET, HEAD'],
    ] as const) {
      const { status, headers, text } = await client.exchange(method, path, method === 'DELETE' ? undefined : '{}');
      assert.deepEqual(
        [status, headers.get('content-type'), headers.get('allow'), text],
        [405, 'text/plain; charset=utf-8', allow, 'Method Not Allowed\n'],
      );
    }
  });

  it('answers 404 in plain text to a path that it does not have', async () => {
    for (const path of ['/', '/v0/nothing', '/v0/tasks/', '/v0/livez/', `/v0/tasks/${randomUUID()}/more`]) {
      assert.deepEqual(await client.get(path), {
        status: 404,
        contentType: 'text/plain; charset=utf-8',
        text: '404 page not found\n',
      });
    }
  });

  describe('content-length', () => {
    it('is that of the body, also for HEAD', async () => {
      const { text } = await client.get('/v0/status');
      for (const method of ['GET', 'HEAD']) {
        assert.deepEqual(await framing(method, '/v0/status'), [200, String(text.length), null]);
        assert.deepEqual(await framing(method, `/v0/tasks/${randomUUID()}`), [404, '27', null]);
      }
    });

    it('is 0 for an answer that has no body, and not there for HEAD', async () => {
      assert.deepEqual(await framing('GET', '/v0/livez'), [200, '0', null]);
      assert.deepEqual(await framing('HEAD', '/v0/livez'), [200, null, null]);
    });

    it('is not there for 204', async () => {
      const id = await client.submit('mark-ready');
      await client.ended(id);
      assert.deepEqual(await framing('DELETE', `/v0/tasks/${id}`), [204, null, null]);
    });

    it('is not there for a body of more than 2,048 bytes, which comes in chunks', async () => {
      const frame = '{"error":"unknown task type: "}\n'.length;
      for (const [length, expected] of [
        [2048, [400, '2048', null]],
        [2049, [400, null, 'chunked']],
      ] as const) {
        assert.deepEqual(
          await framing('POST', '/v0/tasks', JSON.stringify({ type: 'x'.repeat(length - frame) })),
          expected,
        );
      }
      const id = await client.submit('mark-ready', { text: 'x'.repeat(2048) });
      await client.ended(id);
      assert.deepEqual(await framing('GET', `/v0/tasks/${id}`), [200, null, 'chunked']);
      assert.deepEqual(await framing('HEAD', `/v0/tasks/${id}`), [200, null, null]);
      await client.send('DELETE', `/v0/tasks/${id}`);
    });
  });

  describe('health', () => {
    it('GET /v0/livez answers 200 without a body', async () => {
      assert.deepEqual(await client.get('/v0/livez'), { status: 200, contentType: null, text: '' });
    });

    it('is Ready and healthy after mark-ready', async () => {
      await client.ended(await client.submit('mark-ready'));
      for (const path of ['/v0/healthz', '/v0/startupz'])
        assert.deepEqual(await client.get(path), { status: 200, contentType: null, text: '' });
      assert.deepEqual(await client.get('/v0/status'), {
        status: 200,
        contentType: 'application/json',
        text: '{"status":"Ready"}\n',
      });
    });

    simulatorOnly('is Initializing and 503 before mark-ready and after a restart of the sidecar', async () => {
      const node = await newNode({ ready: false });
      const sidecar = new SidecarClient(node.url);
      const health = async (): Promise<unknown[]> => [
        (await sidecar.get('/v0/healthz')).status,
        (await sidecar.get('/v0/startupz')).status,
        (await sidecar.get('/v0/status')).text,
      ];
      const initializing = [503, 503, '{"status":"Initializing"}\n'];
      assert.deepEqual(await health(), initializing);
      await sidecar.ended(await sidecar.submit('mark-ready'));
      assert.deepEqual(await health(), [200, 200, '{"status":"Ready"}\n']);
      await node.stopSidecar();
      node.startSidecar();
      assert.deepEqual(await health(), initializing);
    });
  });

  describe('restart-seid', () => {
    simulatorOnly('restarts seid with one SIGTERM; the sidecar keeps running and stays ready', async () => {
      const node = await newNode();
      const sidecar = new SidecarClient(node.url);
      const [pid, startedAt] = [node.seidPid, node.sidecar.startedAt];
      const task = await sidecar.ended(await sidecar.submit('restart-seid'));
      assert.equal(task.status, 'completed');
      assert.deepEqual([node.pastSeidPids, node.sigtermsReceived], [[pid], 1]);
      assert.notEqual(node.seidPid, pid);
      assert.deepEqual([node.sidecar.startedAt, node.sidecar.ready, node.sidecar.restarts], [startedAt, true, 0]);
    });

    simulatorOnly('completes only when the RPC serves again', async () => {
      const node = await newNode();
      const sidecar = new SidecarClient(node.url);
      node.setFaults({ neverBoot: true });
      const id = await sidecar.submit('restart-seid');
      await eventually('a new seid runs', () => node.pastSeidPids.length === 1 && node.seidPid !== undefined);
      assert.equal((await sidecar.task(id)).status, 'running');
      node.setFaults({});
      assert.equal((await sidecar.ended(id)).status, 'completed');
      assert.ok((await node.latestHeight())! > 0);
    });

    simulatorOnly('fails when seid ignores SIGTERM, and leaves it running', async () => {
      const node = await newNode({ restartGraceMs: 200 });
      const sidecar = new SidecarClient(node.url);
      node.setFaults({ ignoreSigterm: true });
      const pid = node.seidPid;
      const { status, error } = await sidecar.ended(await sidecar.submit('restart-seid'));
      assert.deepEqual(
        [status, error],
        [
          'failed',
          `seid pid ${pid} still alive 200ms after SIGTERM; leaving it running (not force-killing a validator mid-commit)`,
        ],
      );
      assert.deepEqual([node.seidPid, node.sigtermsReceived], [pid, 1]);
    });

    simulatorOnly('fails when the RPC does not come up', async () => {
      const node = await newNode({ rpcUpTimeoutMs: 100 });
      const sidecar = new SidecarClient(node.url);
      node.setFaults({ neverBoot: true });
      const { error } = await sidecar.ended(await sidecar.submit('restart-seid'));
      assert.equal(error, 'seid RPC did not come up within 100ms after restart');
    });

    simulatorOnly('excludes nothing: two ids in progress signal the same seid twice', async () => {
      const node = await newNode();
      const sidecar = new SidecarClient(node.url);
      node.setFaults({ slowStopMs: 300 });
      const first = await sidecar.submit('restart-seid');
      await eventually('the first SIGTERM', () => node.sigtermsReceived === 1);
      const second = await sidecar.submit('restart-seid');
      const tasks = await Promise.all([sidecar.ended(first), sidecar.ended(second)]);
      assert.deepEqual([tasks[0].status, tasks[1].status, node.sigtermsReceived], ['completed', 'completed', 2]);
    });

    simulatorOnly('runs again from its start with the same run after kill -9 of the sidecar', async () => {
      const node = await newNode();
      const sidecar = new SidecarClient(node.url);
      node.setFaults({ slowStopMs: 300 });
      const id = await sidecar.submit('restart-seid');
      await eventually('the first SIGTERM', () => node.sigtermsReceived === 1);
      node.crashSidecar();
      await assert.rejects(sidecar.get('/v0/livez'));
      node.startSidecar();
      const { status, run } = await sidecar.ended(id);
      assert.deepEqual([status, run, node.sigtermsReceived, node.sidecar.ready], ['completed', 1, 2, false]);
    });
  });

  describe('await-condition', () => {
    simulatorOnly('completes when seid reports the height', async () => {
      const node = await newNode();
      const sidecar = new SidecarClient(node.url);
      const targetHeight = (await node.latestHeight())! + 5;
      const { status } = await sidecar.ended(
        await sidecar.submit('await-condition', { condition: 'height', targetHeight }),
      );
      assert.equal(status, 'completed');
      assert.ok((await node.latestHeight())! >= targetHeight);
    });

    simulatorOnly('SIGTERM_SEID: kills a seid that ignores SIGTERM, and waits for no RPC', async () => {
      const node = await newNode({ killAfterMs: 100 });
      const sidecar = new SidecarClient(node.url);
      node.setFaults({ ignoreSigterm: true, neverBoot: true });
      const pid = node.seidPid;
      const params = { condition: 'height', targetHeight: 1, action: 'SIGTERM_SEID' };
      const { status } = await sidecar.ended(await sidecar.submit('await-condition', params));
      assert.equal(status, 'completed');
      await eventually('seid is gone', () => node.pastSeidPids[0] === pid);
      assert.deepEqual([node.sigtermsReceived, await node.latestHeight()], [1, undefined]);
    });

    simulatorOnly('fails with an unknown action once the height is there', async () => {
      const params = { condition: 'height', targetHeight: 1, action: 'DANCE' };
      assert.equal(
        (await client.ended(await client.submit('await-condition', params))).error,
        'unknown action "DANCE"',
      );
    });
  });

  describe("seid's RPC", () => {
    for (const jsonRpcEnvelope of [true, false]) {
      simulatorOnly(`GET /status ${jsonRpcEnvelope ? 'with' : 'without'} the JSON-RPC wrapper`, async () => {
        const node = await newNode({ jsonRpcEnvelope, votingPower: 7 });
        const body = (await (await fetch(`${node.rpcUrl}/status`)).json()) as Record<string, unknown>;
        assert.equal('result' in body, jsonRpcEnvelope);
        const { sync_info: sync, validator_info: validator } = (body['result'] ?? body) as Record<string, any>;
        assert.match(sync.latest_block_height, /^\d+$/);
        assert.match(sync.latest_block_time, TIME);
        assert.deepEqual([sync.catching_up, validator.voting_power], [false, '7']);
      });
    }

    simulatorOnly('the height continues, on the same port, after a restart', async () => {
      const node = await newNode();
      const sidecar = new SidecarClient(node.url);
      const [rpcUrl, height] = [node.rpcUrl, (await node.latestHeight())!];
      await sidecar.ended(await sidecar.submit('restart-seid'));
      assert.equal(node.rpcUrl, rpcUrl);
      assert.ok((await node.latestHeight())! > height);
    });
  });
});
