import assert from 'node:assert/strict';
import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import type { NodeEvent } from '../../simulator/journal.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { SidecarClient } from './sidecar-client.ts';

/** Without times and process ids. */
function told({ events }: SimulatedNode): unknown[] {
  return events.map((event) =>
    Object.fromEntries(Object.entries(event).filter(([field]) => field !== 'at' && field !== 'pid')),
  );
}

describe('the journal of a simulated node', function () {
  this.timeout(30_000);

  let fleet: Fleet;

  before(async () => {
    fleet = await startFleet();
  });

  after(() => fleet.close());

  it('tells a restart: who sent the signal, and what became of seid and the task', async () => {
    const node = await fleet.addNode({ namespace: 'sei', name: 'restarted' });
    const before = node.seidPid;
    const taskId = await new SidecarClient(node.url).submit('restart-seid');
    await eventually('the restart is over', () => node.tasks[0]?.status === 'completed');
    const run = { lifetime: 0, taskId };
    assert.deepEqual(told(node), [
      { type: 'sidecar-started', lifetime: 0 },
      { type: 'seid-started' },
      { type: 'run-began', ...run, taskType: 'restart-seid' },
      { type: 'seid-signalled', taskId, signal: 'SIGTERM' },
      { type: 'seid-ended' },
      { type: 'seid-started' },
      { type: 'run-ended', ...run, end: 'completed' },
    ]);
    const pidOf = (type: NodeEvent['type']) =>
      node.events.flatMap((event) => (event.type === type && 'pid' in event ? [event.pid] : []));
    assert.deepEqual(pidOf('seid-signalled'), [before]);
    assert.deepEqual(pidOf('seid-started'), [before, node.seidPid]);
    assert.deepEqual(
      node.events.map(({ at }) => at),
      node.events.map(({ at }) => at).toSorted((a, b) => a - b),
    );
  });

  it('tells that a killed sidecar runs its task again in its next lifetime', async () => {
    const node = await fleet.addNode({ namespace: 'sei', name: 'killed', faults: { ignoreSigterm: true } });
    const taskId = await new SidecarClient(node.url).submit('restart-seid');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    node.crashSidecar();
    await eventually('the run has ended', () => node.events.some(({ type }) => type === 'run-ended'));
    node.startSidecar();
    await eventually('seid was signalled again', () => node.sigtermsReceived === 2);
    const signalled = { type: 'seid-signalled', taskId, signal: 'SIGTERM' };
    assert.deepEqual(told(node).slice(2), [
      { type: 'run-began', lifetime: 0, taskId, taskType: 'restart-seid' },
      signalled,
      { type: 'sidecar-ended', lifetime: 0, how: 'crash' },
      { type: 'run-ended', lifetime: 0, taskId, end: 'interrupted' },
      { type: 'sidecar-started', lifetime: 1 },
      { type: 'run-began', lifetime: 1, taskId, taskType: 'restart-seid' },
      signalled,
    ]);
  });

  for (const [tasksOnSigterm, end] of [
    ['fail', 'failed'],
    ['keep', 'interrupted'],
  ] as const) {
    it(`tells that a sidecar that is stopped leaves its task ${end}`, async () => {
      const node = await fleet.addNode({
        namespace: 'sei',
        name: `stopped-${end}`,
        sidecarVersion: 'v0.0.56',
        tasksOnSigterm,
      });
      const taskId = await new SidecarClient(node.url).submit('await-condition', {
        condition: 'height',
        targetHeight: 1e9,
      });
      await node.stopSidecar();
      assert.deepEqual(told(node).slice(-2), [
        { type: 'sidecar-ended', lifetime: 0, how: 'stop' },
        { type: 'run-ended', lifetime: 0, taskId, end },
      ]);
    });
  }
});
