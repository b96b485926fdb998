import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { SeiNode } from '../../api/sei-node.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { assertOneAtATime } from '../support/assert-one-at-a-time.ts';
import { eventually } from '../support/eventually.ts';
import { executionStartedMs } from '../support/execution-started-ms.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { scheduledActivities } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('a restart that another client started on the sidecar', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('delays the task, visibly and outside the execution time', async () => {
    const node = await environment.addNode('by-curl', { faults: { neverBoot: true } });
    const id = randomUUID();
    node.sidecar.submit({ id, type: 'restart-seid', params: {} });
    await environment.restart('by-curl', 'by-curl');
    const waiting = await environment.queued('by-curl');
    assert.match(waiting.status?.message ?? '', messagePattern('Queued', 'restart', { taskId: id, limit: '' }));
    assert.equal(waiting.status?.phase, 'Pending');
    assert.deepEqual(requestsOf(node, 'POST'), []);
    node.setFaults({});
    const task = await environment.finished('by-curl');
    assertComplete(task);
    assertOneAtATime(node);
    const othersEnd = Date.parse(node.tasks.find((each) => each.id === id)?.completedAt ?? '');
    assert.ok(executionStartedMs(task) >= Math.floor(othersEnd / 1000) * 1000);
  });

  it('delays the task also when the sidecar could not be asked at first', async () => {
    const node = await environment.addNode('unseen', { faults: { neverBoot: true } });
    node.sidecar.submit({ id: randomUUID(), type: 'restart-seid', params: {} });
    node.setFaults({ neverBoot: true, answerStatus: { method: 'GET', status: 503 } });
    await environment.restart('unseen', 'unseen');
    await environment.taskWhere('unseen', 'is being sent', (task) => task.status?.step === 'Dispatching');
    node.setFaults({ neverBoot: true });
    const lists = () =>
      requestsOf(node, 'GET').filter(({ path, status }) => path === '/v0/tasks' && status === 200).length;
    await eventually('the list was read', () => lists() >= 1);
    assert.deepEqual(requestsOf(node, 'POST'), []);
    node.setFaults({});
    assertComplete(await environment.finished('unseen'));
    assert.equal(node.sigtermsReceived, 2);
    assertOneAtATime(node);
  });

  it('delays a task that is edited during its wait, and another one behind it, and both get their turn', async () => {
    const node = await environment.addNode('edited', { faults: { neverBoot: true } });
    node.sidecar.submit({ id: randomUUID(), type: 'restart-seid', params: {} });
    const [first, second] = ['edited-first', 'edited-second'];
    const created = await environment.restart(first, 'edited');
    await environment.queued(first);
    await environment.restart(second, 'edited');
    await environment.queued(second);
    const { namespace } = environment;
    await environment.tasks.patch({ namespace, name: first }, { spec: { timeoutSeconds: 900 } });
    await eventually('the edit interrupted its wait', async () => {
      const scheduled = await scheduledActivities(environment.workflowOf(created));
      return scheduled.filter(({ name }) => name === 'awaitTarget').length === 2;
    });
    node.setFaults({});
    for (const name of [first, second]) assertComplete(await environment.finished(name));
    assert.equal(node.sigtermsReceived, 3);
    assertOneAtATime(node);
  });

  it('delays every kind that changes the node', async () => {
    const node = await environment.addNode('ready', { faults: { neverBoot: true }, ready: false });
    node.sidecar.submit({ id: randomUUID(), type: 'restart-seid', params: {} });
    await environment.createTask('ready', { kind: 'MarkReady', target: { nodeRef: { name: 'ready' } }, markReady: {} });
    await environment.queued('ready');
    assert.deepEqual(requestsOf(node, 'POST'), []);
    node.setFaults({});
    assertComplete(await environment.finished('ready'));
  });

  it('delays an image that has to be set, unlike a sidecar without an answer', async () => {
    const { namespace } = environment;
    const options = { spec: { image: 'seid:v5' }, status: { currentImage: 'seid:v5' } };
    const updateOf = async (name: string): Promise<void> => {
      await environment.createTask(name, {
        kind: 'UpdateNodeImage',
        target: { nodeRef: { name } },
        updateNodeImage: { image: 'seid:v6' },
      });
    };
    const imageOf = async (name: string): Promise<unknown> =>
      ((await environment.seiNodes.get(namespace, name)) as SeiNode | undefined)?.spec.image;
    const node = await environment.addNode('image', { ...options, faults: { neverBoot: true } });
    node.sidecar.submit({ id: randomUUID(), type: 'restart-seid', params: {} });
    await environment.addNode('silent', { ...options, faults: { refuseConnections: {} } });
    await Promise.all(['image', 'silent'].map(updateOf));
    await environment.queued('image');
    await eventually('the other image is set', async () => (await imageOf('silent')) === 'seid:v6');
    assert.equal(await imageOf('image'), 'seid:v5');
    node.setFaults({});
    await eventually('the image is set', async () => (await imageOf('image')) === 'seid:v6');
    assert.equal(node.sigtermsReceived, 1);
  });

  it('that only waits to send its SIGTERM is named in the status, and delays nothing', async () => {
    const node = await environment.addNode('signal');
    const id = randomUUID();
    node.sidecar.submit({
      id,
      type: 'await-condition',
      params: { condition: 'height', targetHeight: 1_000_000_000, action: 'SIGTERM_SEID' },
    });
    await environment.restart('signal', 'signal');
    const task = await environment.finished('signal');
    assertComplete(task);
    assert.match(task.status?.message ?? '', new RegExp(`task ${id} .*height 1000000000 .*SIGTERM`));
  });
});

describe('spec.minSecondsBetweenRestarts', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('delays a restart until the last one, by any client, is long enough ago, and says so', async () => {
    const node = await environment.addNode('often');
    node.sidecar.submit({ id: randomUUID(), type: 'restart-seid', params: {} });
    await eventually('it has ended', () => node.tasks[0]?.status === 'completed');
    await environment.restart('often', 'often', { minSecondsBetweenRestarts: 4 });
    const waiting = await environment.queued('often');
    assert.match(
      waiting.status?.message ?? '',
      messagePattern('Queued', 'interval', { interval: '4s', until: /^20\S+Z/ }),
    );
    await environment.createTask('meanwhile', {
      kind: 'MarkReady',
      target: { nodeRef: { name: 'often' } },
      markReady: {},
    });
    assertComplete(await environment.finished('meanwhile'));
    assert.equal(node.sigtermsReceived, 1);
    const task = await environment.finished('often');
    assertComplete(task);
    const endedMs = firstEndedMs(node);
    assert.ok(Date.parse(node.tasks[0]?.submittedAt ?? '') - endedMs >= 4_000);
    // In whole seconds: the wait is not part of the execution time.
    assert.ok(executionStartedMs(task) - endedMs > 3_000);
  });

  it('delays a restart also when the sidecar could not be asked at first', async () => {
    const node = await environment.addNode('unseen');
    node.sidecar.submit({ id: randomUUID(), type: 'restart-seid', params: {} });
    await eventually('it has ended', () => node.tasks[0]?.status === 'completed');
    node.setFaults({ answerStatus: { method: 'GET', status: 503 } });
    await environment.restart('unseen', 'unseen', { minSecondsBetweenRestarts: 6 });
    await environment.taskWhere('unseen', 'is being sent', (task) => task.status?.step === 'Dispatching');
    node.setFaults({});
    assertComplete(await environment.finished('unseen'));
    assert.ok(Date.parse(node.tasks[0]?.submittedAt ?? '') - firstEndedMs(node) >= 6_000);
  });

  it('delays a restart by its interval and no longer, although the clock of the node is an hour ahead', async () => {
    const node = await environment.addNode('ahead');
    const { sidecar } = node;
    const listed = sidecar.tasks.bind(sidecar);
    sidecar.tasks = () =>
      listed().map((task) => ({
        ...task,
        ...(task.completedAt === undefined ? {} : { completedAt: anHourLater(task.completedAt) }),
      }));
    sidecar.submit({ id: randomUUID(), type: 'restart-seid', params: {} });
    await eventually('it has ended', () => node.tasks[0]?.status === 'completed');
    const created = await environment.restart('ahead', 'ahead', { minSecondsBetweenRestarts: 5 });
    const waiting = await environment.queued('ahead');
    assert.match(waiting.status?.message ?? '', messagePattern('Queued', 'interval', { interval: '5s' }));
    assertComplete(await environment.finished('ahead'));
    assert.equal(node.sigtermsReceived, 2);
    const names = (await scheduledActivities(environment.workflowOf(created))).map(({ name }) => name);
    assert.equal(names.filter((name) => name === 'awaitTarget').length, 1, names.join());
  });

  it('may be changed while it delays a restart', async () => {
    const node = await environment.addNode('shortened');
    node.sidecar.submit({ id: randomUUID(), type: 'restart-seid', params: {} });
    await eventually('it has ended', () => node.tasks[0]?.status === 'completed');
    await environment.restart('shortened', 'shortened', { minSecondsBetweenRestarts: 3600 });
    await environment.queued('shortened');
    await environment.tasks.patch(
      { namespace: environment.namespace, name: 'shortened' },
      { spec: { minSecondsBetweenRestarts: null } },
    );
    const task = await environment.finished('shortened');
    assertComplete(task);
    assert.deepEqual([task.metadata.generation, task.status?.observedGeneration], [2, 2]);
    assert.equal(node.sigtermsReceived, 2);
  });

  it('delays nothing by default', async () => {
    const node = await environment.addNode('at-once');
    for (const name of ['one', 'two']) {
      await environment.restart(name, 'at-once');
      assertComplete(await environment.finished(name));
    }
    assert.equal(node.sigtermsReceived, 2);
  });
});

const anHourLater = (time: string): string => new Date(Date.parse(time) + 3_600_000).toISOString();

/** When the first task of the sidecar, which lists its latest first, was over. */
function firstEndedMs({ tasks }: SimulatedNode): number {
  return Date.parse(tasks.at(-1)?.completedAt ?? '');
}
