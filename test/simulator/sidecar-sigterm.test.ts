/** Running tasks when the sidecar gets a SIGTERM (contract §3). */
import assert from 'node:assert/strict';
import { startFleet, type Fleet, type NodeBehaviour } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import type { TaskView } from '../../simulator/task-store.ts';
import { eventually } from '../support/eventually.ts';
import { simulatorOnly } from './real-sidecar.ts';
import { SidecarClient } from './sidecar-client.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
/** Params of an await-condition that never ends. */
const FOR_EVER = { condition: 'height', targetHeight: 9_000_000_000_000_000 };

describe('SIGTERM to the sidecar', function () {
  this.timeout(30_000);

  let fleet: Fleet;

  const newNode = (behaviour: NodeBehaviour = {}): Promise<SimulatedNode> =>
    fleet.addNode({ namespace: 'default', name: `node-${fleet.nodes.length}`, ...behaviour });
  /** What a sidecar has of some waits once it has been stopped and started again, in the order in which they came. */
  const keptOver = async (behaviour: NodeBehaviour, waits = 1): Promise<TaskView[]> => {
    const node = await newNode({ pollIntervalMs: 60_000, ...behaviour });
    const sidecar = new SidecarClient(node.url);
    await Promise.all(Array.from({ length: waits }, () => sidecar.submit('await-condition', FOR_EVER)));
    await node.stopSidecar();
    await assert.rejects(sidecar.get('/v0/livez'));
    node.startSidecar();
    return node.tasks.toReversed();
  };
  const fates = async (seed: number): Promise<string[]> => {
    const tasks = await keptOver({ tasksOnSigterm: { seed } }, 36);
    return tasks.map(({ status, error = '' }) => `${status} ${error}`);
  };

  before(async () => {
    fleet = await startFleet();
  });
  after(() => fleet.close());

  for (const sidecarVersion of ['v0.0.56', 'newer'] as const) {
    simulatorOnly(`${sidecarVersion} leaves running tasks running, with the same run`, async () => {
      const kept = await keptOver({ sidecarVersion }, 3);
      assert.equal(kept.length, 3);
      for (const { id, submittedAt, ...rest } of kept) {
        assert.deepEqual(rest, { type: 'await-condition', status: 'running', run: 1, params: FOR_EVER });
        assert.match(id, /^[0-9a-f-]{36}$/);
        assert.match(submittedAt, TIME);
      }
    });

    simulatorOnly(
      `${sidecarVersion}: a restart starts again, with a second SIGTERM, and readiness is lost`,
      async () => {
        const node = await newNode({ sidecarVersion });
        const sidecar = new SidecarClient(node.url);
        node.setFaults({ slowStopMs: 300 });
        const id = await sidecar.submit('restart-seid');
        await eventually('the first SIGTERM', () => node.sigtermsReceived === 1);
        await node.stopSidecar();
        node.startSidecar();
        const { status, run } = await sidecar.ended(id);
        assert.deepEqual([status, run, node.sigtermsReceived, node.sidecar.ready], ['completed', 1, 2, false]);
      },
    );
  }

  simulatorOnly('v0.0.56, if told to, stores running tasks as failed', async () => {
    const [task] = await keptOver({ sidecarVersion: 'v0.0.56', tasksOnSigterm: 'fail' });
    assert.ok(task);
    const { completedAt, submittedAt, ...rest } = task;
    assert.match(completedAt ?? '', TIME);
    assert.match(submittedAt, TIME);
    assert.deepEqual(rest, {
      id: task.id,
      type: 'await-condition',
      status: 'failed',
      run: 1,
      params: FOR_EVER,
      error: 'context canceled',
    });
  });

  simulatorOnly('newer keeps them whatever its options are', async () => {
    const [task] = await keptOver({ sidecarVersion: 'newer', tasksOnSigterm: 'fail' });
    assert.deepEqual([task?.status, task?.error], ['running', undefined]);
  });

  simulatorOnly('v0.0.56 with a seed: some fail, and the same seed draws the same', async () => {
    const [first, again, other] = await Promise.all([fates(1), fates(1), fates(2)]);
    assert.deepEqual(new Set(first), new Set(['running ', 'failed context canceled']));
    assert.ok(first.filter((fate) => fate === 'running ').length > 18, `most are kept: ${first.join()}`);
    assert.deepEqual(again, first);
    assert.notDeepEqual(other, first);
  });

  simulatorOnly('v0.0.56: a task that was deleted before is gone', async () => {
    const node = await newNode({ sidecarVersion: 'v0.0.56' });
    const sidecar = new SidecarClient(node.url);
    await sidecar.send('DELETE', `/v0/tasks/${await sidecar.submit('await-condition', FOR_EVER)}`);
    await node.stopSidecar();
    node.startSidecar();
    assert.deepEqual(node.tasks, []);
  });
});
