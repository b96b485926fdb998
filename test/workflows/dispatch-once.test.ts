import assert from 'node:assert/strict';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

async function pollMisses(node: SimulatedNode): Promise<void> {
  const seen = node.requests.length;
  await eventually('a poll met nobody', () => node.requests.slice(seen).some(({ status }) => status === null));
}

describe('a task is sent once', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  /** A restart whose task the sidecar has before the service sends it, and the node, which is not in phase yet. */
  async function restartKnownBefore(name: string, { ignoreSigterm = false } = {}) {
    const node = await environment.addNode(name, { phase: 'Pending', faults: { ignoreSigterm } });
    const { metadata } = await environment.restart(name, name);
    await environment.taskWhere(name, 'waits for its target', (task) => conditionOf(task, 'TargetReady') !== undefined);
    const id = expectedTaskId(metadata.uid, 'RestartSeid');
    node.sidecar.submit({ id, type: 'restart-seid', params: {} });
    return { node, id };
  }

  /** A restart whose sidecar has signalled seid, which takes its time. */
  async function interrupted(name: string, options: Parameters<TestEnvironment['addNode']>[1]) {
    const node = await environment.addNode(name, options);
    node.setFaults({ slowStopMs: 500 });
    await environment.restart(name, name);
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    return node;
  }

  it('although the answer to the POST was lost', async () => {
    const node = await environment.addNode('lost-answer', { faults: { dropAfterPost: { times: 1 } } });
    await environment.restart('lost-answer', 'lost-answer');
    assertComplete(await environment.finished('lost-answer'));
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('although the answer was lost and the task has failed in between', async () => {
    const node = await environment.addNode('lost-failure', {
      restartGraceMs: 50,
      faults: { ignoreSigterm: true, dropAfterPost: { times: 1 } },
    });
    await environment.restart('lost-failure', 'lost-failure');
    assertFailed(await environment.finished('lost-failure'), 'TaskFailed', 'failed', {
      quote: /still alive 50ms after SIGTERM/,
    });
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('and not at all when the sidecar has it as failed: a failed id that is sent again runs again', async () => {
    const { node, id } = await restartKnownBefore('known-failed', { ignoreSigterm: true });
    await eventually('the task has failed', () => node.sidecar.task(id)?.status === 'failed');
    await environment.setPhase('known-failed', 'Running');
    assertFailed(await environment.finished('known-failed'), 'TaskFailed', 'failed', {
      quote: /still alive 1s after SIGTERM/,
    });
    assert.deepEqual(requestsOf(node, 'POST'), []);
    assert.equal(node.sigtermsReceived, 1);
    assert.equal(node.sidecar.task(id)?.run, 1);
  });

  it('and not at all when the sidecar has it as completed', async () => {
    const { node, id } = await restartKnownBefore('known-completed');
    await eventually('the task is completed', () => node.sidecar.task(id)?.status === 'completed');
    await environment.setPhase('known-completed', 'Running');
    assertComplete(await environment.finished('known-completed'));
    assert.deepEqual(requestsOf(node, 'POST'), []);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('and a task that another controller started is watched to its end', async () => {
    const { node, id } = await restartKnownBefore('known-running', { ignoreSigterm: true });
    assert.equal(node.sidecar.task(id)?.status, 'running');
    await environment.setPhase('known-running', 'Running');
    assertFailed(await environment.finished('known-running'), 'TaskFailed', 'failed', {
      quote: /still alive 1s after SIGTERM/,
    });
    assert.deepEqual(requestsOf(node, 'POST'), []);
  });

  describe('when the sidecar stops and starts again during the restart', () => {
    it('killed: the sidecar runs the task again, the service only watches', async () => {
      const node = await interrupted('killed', {});
      node.crashSidecar();
      await pollMisses(node);
      node.startSidecar();
      assertComplete(await environment.finished('killed'));
      assert.equal(requestsOf(node, 'POST').length, 1);
      assert.equal(node.sidecar.restarts, 1);
    });

    for (const sidecarVersion of ['newer', 'v0.0.56'] as const) {
      it(`stopped, ${sidecarVersion}: as killed`, async () => {
        const node = await interrupted(`stopped-${sidecarVersion.replaceAll('.', '-')}`, { sidecarVersion });
        await node.stopSidecar();
        await pollMisses(node);
        node.startSidecar();
        assertComplete(await environment.finished(`stopped-${sidecarVersion.replaceAll('.', '-')}`));
        assert.equal(requestsOf(node, 'POST').length, 1);
      });
    }

    it('stopped, v0.0.56 that still stores the task as failed: that is the verdict', async () => {
      const node = await interrupted('stored-as-failed', { sidecarVersion: 'v0.0.56', tasksOnSigterm: 'fail' });
      await node.stopSidecar();
      node.startSidecar();
      assertFailed(await environment.finished('stored-as-failed'), 'TaskFailed', 'failed', {
        quote: /context canceled/,
      });
      assert.equal(requestsOf(node, 'POST').length, 1);
      assert.equal(node.sigtermsReceived, 1);
    });
  });
});
