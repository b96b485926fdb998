import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { ago, begunAMinuteAgo, sentAMinuteAgo } from './begun-task.ts';

interface Begun {
  readonly node?: Parameters<TestEnvironment['addNode']>[1];
  readonly spec?: Record<string, unknown>;
  /** What the other controller wrote, given the id of its task. */
  readonly status: (id: string) => SeiNodeTaskStatus;
  /** Whether it had sent the task. */
  readonly sent: boolean;
}

/** Each is on a node of its own, which is named after it. */
const begun: Readonly<Record<string, Begun>> = {
  'at-work': { node: { faults: { slowStopMs: 4_000 } }, status: sentAMinuteAgo, sent: true },
  'not-noted': { node: { faults: { slowStopMs: 4_000 } }, status: begunAMinuteAgo, sent: true },
  'not-sent': { node: {}, status: begunAMinuteAgo, sent: false },
  completed: { node: {}, status: begunAMinuteAgo, sent: true },
  failed: { node: { restartGraceMs: 50, faults: { ignoreSigterm: true } }, status: begunAMinuteAgo, sent: true },
  late: { node: {}, spec: { timeoutSeconds: 30 }, status: begunAMinuteAgo, sent: false },
  'late-but-done': { node: {}, spec: { timeoutSeconds: 30 }, status: begunAMinuteAgo, sent: true },
  'no-start': { node: {}, status: (id) => ({ phase: 'Running', task: { id, status: 'Pending' } }), sent: true },
  'other-phase': { node: { phase: 'Initializing' }, status: sentAMinuteAgo, sent: true },
  forgotten: { node: {}, spec: { timeoutSeconds: 65 }, status: sentAMinuteAgo, sent: false },
  waiting: {
    node: { phase: 'Initializing' },
    spec: { target: { nodeRef: { name: 'waiting' }, requirePhaseTimeout: '30s' } },
    status: () => ({ phase: 'Pending', startedAt: ago(60), targetFirstObservedAt: ago(60) }),
    sent: false,
  },
  over: {
    status: (id) => ({ ...sentAMinuteAgo(id), phase: 'Failed', task: { id, status: 'Failed', err: 'theirs' } }),
    sent: false,
  },
};

describe('a task that another controller has started', () => {
  let environment: TestEnvironment;
  const ids = new Map<string, string>();

  before(async () => {
    environment = await TestEnvironment.create();
    await Promise.all(Object.entries(begun).map(([name, task]) => begin(name, task)));
    await environment.startService();
  });

  after(() => environment.stop());

  async function begin(name: string, { node: options, spec, status, sent }: Begun): Promise<void> {
    const node = await environment.addNode(name, options);
    await environment.restart(name, name, spec);
    const id = randomUUID();
    ids.set(name, id);
    await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status: status(id) });
    if (!sent) return;
    node.sidecar.submit({ id, type: 'restart-seid', params: {} });
    if (name === 'at-work' || name === 'not-noted') return;
    await eventually(`${name} is over on its sidecar`, () => node.tasks[0]?.status !== 'running');
  }

  async function endOf(name: string): Promise<{ task: SeiNodeTask; node: SimulatedNode; id: string }> {
    const task = await environment.finished(name);
    return { task, node: environment.fleet.node(environment.namespace, name), id: ids.get(name) ?? '' };
  }

  for (const name of ['at-work', 'not-noted', 'completed', 'other-phase']) {
    it(`is watched to its end under its id, and never sent again (${name})`, async () => {
      const { task, node, id } = await endOf(name);
      assertComplete(task);
      assert.equal(task.status?.task?.id, id);
      assert.deepEqual(requestsOf(node, 'POST'), []);
      assert.equal(node.sigtermsReceived, 1);
    });
  }

  it('keeps the start of its execution time', async () => {
    const { task } = await endOf('at-work');
    const { startedAt, task: { executionStartedAt, submittedAt } = {} } = task.status ?? {};
    assert.deepEqual([executionStartedAt, submittedAt], [startedAt, startedAt]);
  });

  it('starts its execution time now when the other controller recorded none', async () => {
    const { task, node } = await endOf('no-start');
    assertComplete(task);
    assert.ok(String(task.status?.task?.executionStartedAt) >= String(task.status?.startedAt));
    assert.equal(node.sigtermsReceived, 1);
  });

  it('records that it was sent when the other controller did not', async () => {
    const { task } = await endOf('not-noted');
    assert.ok(task.status?.task?.submittedAt);
  });

  it('is sent once when the sidecar does not have it', async () => {
    const { task, node, id } = await endOf('not-sent');
    assertComplete(task);
    assert.deepEqual(
      requestsOf(node, 'POST').map(({ body }) => JSON.parse(body)),
      [{ id, type: 'restart-seid' }],
    );
    assert.equal(node.sigtermsReceived, 1);
  });

  it('has failed when the sidecar says so, and is not sent again', async () => {
    const { task, node } = await endOf('failed');
    assertFailed(task, 'TaskFailed', 'failed', { quote: /still alive 50ms after SIGTERM/ });
    assert.deepEqual(requestsOf(node, 'POST'), []);
  });

  it('is not sent when its execution time, counted from its own start, has passed', async () => {
    const { task, node } = await endOf('late');
    assertFailed(task, 'Timeout', 'over', { time: ' after 30s', whereabouts: 'perhapsSentAndGone' });
    assert.deepEqual(requestsOf(node, 'POST'), []);
    assert.equal(node.sigtermsReceived, 0);
  });

  it('is Complete when it had ended, however late it is adopted', async () => {
    const { task, node } = await endOf('late-but-done');
    assertComplete(task);
    assert.deepEqual(requestsOf(node, 'POST'), []);
  });

  it('is never sent a second time when the status says that the sidecar accepted it', async () => {
    const { task, node } = await endOf('forgotten');
    assertFailed(task, 'Timeout', 'over', { whereabouts: 'acceptedAndGone' });
    assert.deepEqual(requestsOf(node, 'POST'), []);
    assert.equal(node.sigtermsReceived, 0);
  });

  it('counts its wait for the target from when the other controller began to wait', async () => {
    const { task, node } = await endOf('waiting');
    assertFailed(task, 'TargetResolveFailed', 'otherPhase', { phase: 'Initializing' });
    assert.deepEqual(node.requests, []);
  });

  it('does not change when it is terminal', async () => {
    await endOf('not-sent');
    const { task, node } = await endOf('over');
    assert.deepEqual([task.status?.task?.err, task.status?.workflow], ['theirs', undefined]);
    assert.deepEqual(node.requests, []);
  });
});
