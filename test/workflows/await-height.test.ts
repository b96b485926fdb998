import assert from 'node:assert/strict';
import type { PollRequest } from '../../core/activities.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { scheduledActivity } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';

interface AwaitingKind {
  readonly name: string;
  readonly kind: string;
  readonly payload: (targetHeight: number) => Record<string, unknown>;
  readonly params: Record<string, unknown>;
  readonly sigterms: number;
}

const kinds: readonly AwaitingKind[] = [
  {
    name: 'await-nodes',
    kind: 'AwaitNodesAtHeight',
    payload: (targetHeight) => ({ awaitNodesAtHeight: { targetHeight } }),
    params: {},
    sigterms: 0,
  },
  {
    name: 'await-condition',
    kind: 'AwaitCondition',
    payload: (targetHeight) => ({ awaitCondition: { height: { targetHeight } } }),
    params: {},
    sigterms: 0,
  },
  {
    name: 'await-and-stop',
    kind: 'AwaitCondition',
    payload: (targetHeight) => ({ awaitCondition: { height: { targetHeight }, action: 'SIGTERM_SEID' } }),
    params: { action: 'SIGTERM_SEID' },
    sigterms: 1,
  },
];

describe('tasks that wait for a height', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function create(
    name: string,
    { kind, payload }: AwaitingKind,
    spec: { targetHeight: number; timeoutSeconds?: number },
  ) {
    const { targetHeight, ...more } = spec;
    return await environment.createTask(name, {
      kind,
      target: { nodeRef: { name } },
      ...payload(targetHeight),
      ...more,
    });
  }

  for (const awaiting of kinds) {
    const { name, kind, params, sigterms } = awaiting;

    it(`${name}: completes when the node has reached it, without a default timeout`, async () => {
      const node = await environment.addNode(name);
      const oldPid = node.seidPid;
      const targetHeight = ((await node.latestHeight()) ?? 0) + 3;
      await create(name, awaiting, { targetHeight });
      const task = await environment.finished(name);
      assertComplete(task);
      assert.deepEqual(
        requestsOf(node, 'POST').map(({ body }) => JSON.parse(body)),
        [
          {
            id: expectedTaskId(task.metadata.uid, kind),
            type: 'await-condition',
            params: { condition: 'height', targetHeight, ...params },
          },
        ],
      );
      assert.equal(node.sigtermsReceived, sigterms);
      assert.deepEqual(node.pastSeidPids, sigterms === 0 ? [] : [oldPid]);
      const poll = await scheduledActivity(environment.workflowOf(task), 'pollTask');
      assert.equal((poll.input as PollRequest).remainingMs, undefined);
      assert.equal(poll.scheduleToCloseSeconds, 0);
    });

    it(`${name}: is taken off the sidecar at Timeout although the sidecar answers that it does not know it`, async () => {
      const denied = `${name}-denied`;
      const node = await environment.addNode(denied, { sidecarVersion: 'newer' });
      await create(denied, awaiting, { targetHeight: 1_000_000_000, timeoutSeconds: 6 });
      await environment.taskWhere(denied, 'is watched', ({ status }) => status?.step === 'AwaitingHeight');
      node.setFaults({ taskNotFound: {} });
      assertFailed(await environment.finished(denied), 'Timeout', 'takenOff', {
        time: ' after 6s',
        whereabouts: 'takenOff',
      });
      assert.deepEqual(node.tasks, []);
    });

    it(`${name}: is taken off at Timeout, retried visibly while the sidecar does not answer`, async () => {
      const away = `${name}-away`;
      const node = await environment.addNode(away, { sidecarVersion: 'newer' });
      await create(away, awaiting, { targetHeight: 1_000_000_000, timeoutSeconds: 6 });
      await environment.taskWhere(away, 'is watched', ({ status }) => status?.step === 'AwaitingHeight');
      node.crashSidecar();
      const { status } = await environment.taskWhere(
        away,
        'tells the problem',
        (task) => task.status?.step === 'TakingOff',
      );
      assert.match(status?.message ?? '', /GET http\S+\/v0\/tasks/);
      node.startSidecar();
      assertFailed(await environment.finished(away), 'Timeout', 'takenOff', {
        time: ' after 6s',
        whereabouts: 'takenOff',
      });
      assert.deepEqual(node.tasks, []);
    });

    it(`${name}: ends with Timeout after timeoutSeconds, and the task is taken off the sidecar`, async () => {
      const nodeName = `${name}-timeout`;
      const node = await environment.addNode(nodeName);
      await create(nodeName, awaiting, { targetHeight: 1_000_000_000, timeoutSeconds: 2 });
      const task = await environment.finished(nodeName);
      assertFailed(task, 'Timeout', 'takenOff', { time: ' after 2s', whereabouts: 'takenOff' });
      const [deletion, ...more] = requestsOf(node, 'DELETE');
      assert.deepEqual(more, []);
      assert.deepEqual([deletion?.path, deletion?.status], [`/v0/tasks/${task.status?.task?.id}`, 204]);
      assert.deepEqual(node.tasks, []);
      assert.equal(node.sigtermsReceived, 0);
    });
  }
});
