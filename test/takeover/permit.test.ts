import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { holderText } from '../../api/temporal/permit-id.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { begunAMinuteAgo, sentAMinuteAgo } from './begun-task.ts';

describe('a restart that another controller has started, on a node whose permit is held', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    for (const name of ['not-sent', 'at-work', 'out-of-time', 'without-start']) {
      await environment.addNode(name, { faults: { slowStopMs: 1_000 } });
      const { workflowId } = await environment.permitOf(name);
      await environment.temporal.workflow.start('NodePermit', { workflowId, taskQueue: environment.namespace });
    }
    await begin('not-sent', begunAMinuteAgo);
    node('at-work').sidecar.submit({ id: await begin('at-work', sentAMinuteAgo), type: 'restart-seid', params: {} });
    await begin('out-of-time', begunAMinuteAgo, { timeoutSeconds: 65 });
    await begin('without-start', (id) => ({ phase: 'Running', task: { id, status: 'Pending' } }), {
      timeoutSeconds: 3,
    });
    await environment.startService();
  });

  after(() => environment.stop());

  function node(name: string): SimulatedNode {
    return environment.fleet.node(environment.namespace, name);
  }

  /** @returns the id under which it was begun. */
  async function begin(
    name: string,
    status: (id: string) => SeiNodeTaskStatus,
    spec: Record<string, unknown> = {},
  ): Promise<string> {
    const id = randomUUID();
    await environment.restart(name, name, spec);
    await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status: status(id) });
    return id;
  }

  it('is watched at once when the sidecar has it', async () => {
    assertComplete(await environment.finished('at-work'));
    assert.deepEqual(requestsOf(node('at-work'), 'POST'), []);
  });

  it('is only sent when the permit is free, if the sidecar does not have it', async () => {
    const waiting = await environment.queued('not-sent');
    assert.equal(waiting.status?.phase, 'Running');
    assert.match(waiting.status?.message ?? '', messagePattern('Queued', 'permit', { holder: holderText(undefined) }));
    assert.deepEqual(requestsOf(node('not-sent'), 'POST'), []);
    await (await environment.permitOf('not-sent')).terminate();
    assertComplete(await environment.finished('not-sent'));
    assert.equal(requestsOf(node('not-sent'), 'POST').length, 1);
  });

  it('is not sent after its deadline', async () => {
    assertFailed(await environment.finished('out-of-time'), 'Timeout', 'over', { whereabouts: 'perhapsSentAndGone' });
    assert.deepEqual(requestsOf(node('out-of-time'), 'POST'), []);
  });

  it('is not sent without the permit after it has waited for its execution time, where nobody wrote its start', async () => {
    const task = await environment.finished('without-start');
    assertFailed(task, 'Timeout', 'over', { whereabouts: 'perhapsSentAndGone' });
    assert.deepEqual(requestsOf(node('without-start'), 'POST'), []);
  });
});
