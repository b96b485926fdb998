import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import { eventually } from '../support/eventually.ts';
import { SidecarClient } from './sidecar-client.ts';

describe('a node with instant tasks', () => {
  let fleet: Fleet;

  before(async () => {
    fleet = await startFleet();
  });
  after(() => fleet.close());

  it('completes a restart without touching seid', async () => {
    const node = await fleet.addNode({ namespace: 'test', name: 'instant', instantTasks: true });
    const pid = node.seidPid;
    const sidecar = new SidecarClient(node.url);
    const { status } = await sidecar.post({ id: randomUUID(), type: 'restart-seid' });
    assert.equal(status, 201);
    await eventually('it is completed', () => node.tasks[0]?.status === 'completed');
    assert.equal(node.seidPid, pid);
    assert.equal(node.sigtermsReceived, 0);
  });
});
