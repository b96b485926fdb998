import assert from 'node:assert/strict';
import { CANCEL_ANNOTATION } from '../../api/provenance.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

const UNREACHABLE_HEIGHT = 1_000_000_000;

describe('the annotation sei.io/cancel', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.addNode('unseen');
    await environment.restart('unseen', 'unseen');
    await annotate('unseen', 'never mind');
    await environment.startService();
  });

  after(() => environment.stop());

  async function annotate(name: string, why: string): Promise<void> {
    const { code, stderr } = await environment.kubectl(['annotate', 'snt', name, `${CANCEL_ANNOTATION}=${why}`]);
    assert.equal(code, 0, stderr);
  }

  async function eventsOf(name: string): Promise<{ type: string; reason: string; message: string }[]> {
    const { stdout } = await environment.kubectl([
      'get',
      'events',
      '--field-selector',
      `involvedObject.kind=SeiNodeTask,involvedObject.name=${name}`,
      '-o',
      'json',
    ]);
    return (JSON.parse(stdout) as { items: { type: string; reason: string; message: string }[] }).items;
  }

  async function statusOfWorkflow(name: string): Promise<string> {
    const task = await environment.tasks.get(environment.namespace, name);
    assert.ok(task);
    const workflow = environment.workflowOf(task);
    return await eventually('its workflow is over', async () => {
      const { status } = await workflow.describe();
      return status.name !== 'RUNNING' && status.name;
    });
  }

  it('stops a task before anything is sent, when no worker has picked it up', async () => {
    assertFailed(await environment.finished('unseen'), 'Cancelled', 'unsent', { why: 'never mind.' });
    assert.deepEqual(environment.fleet.node(environment.namespace, 'unseen').requests, []);
  });

  it('stops a task that waits for its target', async () => {
    const node = await environment.addNode('waiting', { phase: 'Pending' });
    await environment.restart('waiting', 'waiting');
    await environment.taskWhere('waiting', 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined);
    await annotate('waiting', 'wrong node');
    assertFailed(await environment.finished('waiting'), 'Cancelled', 'unsent', { why: 'wrong node.' });
    assert.deepEqual(node.requests, []);
    assert.equal(await statusOfWorkflow('waiting'), 'CANCELLED');
  });

  it('stops a task that the sidecar does not accept', async () => {
    const node = await environment.addNode('not-taken', { faults: { answerStatus: { method: 'POST', status: 503 } } });
    await environment.restart('not-taken', 'not-taken');
    await eventually('a POST was refused', () => requestsOf(node, 'POST').length > 0);
    await annotate('not-taken', 'no');
    // An answer 503 does not say whether the task had arrived.
    assertFailed(await environment.finished('not-taken'), 'Cancelled', 'watchedNoLonger', {
      whereabouts: 'perhapsSentAndGone',
    });
    assert.deepEqual(node.tasks, []);
    assert.equal(node.sigtermsReceived, 0);
  });

  it('watches a restart that was sent to its end, says so, and keeps the resource', async () => {
    const node = await environment.addNode('restarting', { faults: { slowStopMs: 1_500 } });
    await environment.restart('restarting', 'restarting');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await annotate('restarting', 'too late');
    const task = await environment.finished('restarting');
    assertFailed(task, 'Cancelled', 'tooLateAndDone', { reached: 'accepted', why: 'too late.' });
    assert.equal(
      (await environment.kubectl(['get', 'snt', 'restarting', '-o', 'jsonpath={.metadata.finalizers}'])).stdout,
      '',
    );
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
    assert.equal(await statusOfWorkflow('restarting'), 'CANCELLED');
  });

  it('takes a wait off the sidecar', async () => {
    const node = await environment.addNode('await');
    await environment.createTask('await', {
      kind: 'AwaitNodesAtHeight',
      target: { nodeRef: { name: 'await' } },
      awaitNodesAtHeight: { targetHeight: UNREACHABLE_HEIGHT },
    });
    await eventually('it was sent', () => requestsOf(node, 'POST').length === 1);
    await annotate('await', 'wrong height');
    assertFailed(await environment.finished('await'), 'Cancelled', 'takenOff', { whereabouts: 'takenOff' });
    assert.deepEqual(
      requestsOf(node, 'DELETE').map(({ status }) => status),
      [204],
    );
  });

  it('says that an old sidecar may still signal seid after a wait with SIGTERM_SEID', async () => {
    await environment.addNode('signalling');
    const awaitCondition = { height: { targetHeight: UNREACHABLE_HEIGHT }, action: 'SIGTERM_SEID' };
    await environment.createTask('signalling', {
      kind: 'AwaitCondition',
      target: { nodeRef: { name: 'signalling' } },
      awaitCondition,
    });
    await environment.taskWhere('signalling', 'is at work', ({ status }) => status?.step === 'AwaitingHeight');
    await annotate('signalling', 'no');
    assertFailed(await environment.finished('signalling'), 'Cancelled', 'takenOff', {
      whereabouts: 'takenOff',
      signal: /v0\.0\.56/,
    });
  });

  it('changes nothing on a terminal task, and an Event says so', async () => {
    await environment.addNode('over');
    await environment.restart('over', 'over');
    const { status } = await environment.finished('over');
    await annotate('over', 'after the fact');
    const ignored = await eventually('the answer', async () =>
      (await eventsOf('over')).find(({ reason }) => reason === 'CancelIgnored'),
    );
    assert.equal(ignored.type, 'Warning');
    assert.match(ignored.message, /Complete/);
    const now = await environment.tasks.get(environment.namespace, 'over');
    assert.ok(now);
    assertComplete(now);
    assert.deepEqual(now.status, status);
  });

  const hostile: readonly (readonly [what: string, why: string])[] = [
    ['control characters', 'red \u001b[31m\r\nnew line\u202e'],
    ['100 kB', 'long '.repeat(20_000)],
    ['nothing', ''],
  ];
  for (const [index, [what, why]] of hostile.entries()) {
    it(`may contain ${what}`, async () => {
      const name = `hostile-${index}`;
      await environment.addNode(name, { phase: 'Pending' });
      await environment.restart(name, name);
      await environment.taskWhere(name, 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined);
      await environment.tasks.patch(
        { namespace: environment.namespace, name },
        { metadata: { annotations: { [CANCEL_ANNOTATION]: why, 'sei.io/reason': why } } },
      );
      const task = await environment.finished(name);
      assertFailed(task, 'Cancelled');
      const events = await eventually('its Events', async () => {
        const recorded = await eventsOf(name);
        return recorded.some(({ reason }) => reason === 'Cancelled') && recorded;
      });
      for (const text of [task.status?.message ?? '', ...events.map(({ message }) => message)]) {
        assert.ok(text.length <= 1_200, `${text.length} characters`);
        assert.doesNotMatch(text, /[\p{Cc}\p{Bidi_Control}]/u);
      }
    });
  }
});
