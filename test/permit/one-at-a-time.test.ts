import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { holderText } from '../../api/temporal/permit-id.ts';
import { adminShell, runPlugin } from '../cli/plugin.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { assertOneAtATime } from '../support/assert-one-at-a-time.ts';
import { eventually } from '../support/eventually.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

function assertQueuedBehind(task: SeiNodeTask, holder: string): void {
  const ready = conditionOf(task, 'TargetReady');
  assert.deepEqual(
    [task.status?.phase, task.status?.step, ready?.status, ready?.reason],
    ['Pending', 'Queued', 'False', 'Queued'],
  );
  assert.match(ready?.message ?? '', messagePattern('Queued', 'permit', { holder, limit: '' }));
  assert.equal(task.status?.task, undefined);
}

describe('the permit of a node', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('allows one restart at a time, and shows the holder', async () => {
    const node = await environment.addNode('two', { faults: { neverBoot: true } });
    await environment.restart('first', 'two');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.restart('second', 'two', { timeoutSeconds: 5 });
    assertQueuedBehind(await environment.queued('second'), 'SeiNodeTask first');
    const shown = await environment.kubectl(['get', 'snt', 'second', '-o', 'wide']);
    assert.match(shown.stdout, /Pending .*Queued/);
    const since = Date.now();
    await eventually('more than the execution time has passed', () => Date.now() > since + 6_000);
    assert.equal(requestsOf(node, 'POST').length, 1);

    node.setFaults({});
    assertComplete(await environment.finished('first'));
    const second = await environment.finished('second');
    assertComplete(second);
    assert.equal(conditionOf(second, 'TargetReady')?.reason, 'PhaseMet');
    assert.equal(node.sigtermsReceived, 2);
    assertOneAtATime(node);
    assert.ok(
      Date.parse(second.status?.task?.executionStartedAt ?? '') > since,
      'the wait was charged to the execution time',
    );
  });

  it('is needed by every kind that changes the node', async () => {
    const node = await environment.addNode('kinds', {
      faults: { slowStopMs: 500 },
      spec: { image: 'sei:1', peers: [{ static: { addresses: ['id@a:26656'] } }] },
      status: { currentImage: 'sei:1' },
    });
    const target = { nodeRef: { name: 'kinds' } };
    await environment.restart('restart', 'kinds');
    await Promise.all([
      environment.createTask('ready', { kind: 'MarkReady', target, markReady: {} }),
      environment.createTask('peers', { kind: 'DiscoverPeers', target, discoverPeers: {} }),
      environment.createTask('image', { kind: 'UpdateNodeImage', target, updateNodeImage: { image: 'sei:2' } }),
      environment.restart('again', 'kinds'),
    ]);
    await eventually('the image is set', async () => {
      const seiNode = (await environment.seiNodes.get(environment.namespace, 'kinds')) as
        | { spec?: { image?: string } }
        | undefined;
      return seiNode?.spec?.image === 'sei:2';
    });
    await environment.seiNodes.patchStatus(
      { namespace: environment.namespace, name: 'kinds' },
      { status: { currentImage: 'sei:2' } },
    );
    for (const name of ['restart', 'ready', 'peers', 'image', 'again'])
      assertComplete(await environment.finished(name));
    assertOneAtATime(node);
  });

  it('is not needed to wait for a height, nor to vote', async () => {
    const node = await environment.addNode('height', { faults: { neverBoot: true } });
    await environment.restart('holder', 'height');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    const target = { nodeRef: { name: 'height' } };
    await environment.createTask('height', {
      kind: 'AwaitNodesAtHeight',
      target,
      awaitNodesAtHeight: { targetHeight: 1 },
    });
    await environment.createTask('vote', {
      kind: 'GovVote',
      target,
      govVote: { chainId: 'test-1', proposalId: 1, option: 'yes', fees: '1usei', gas: 1 },
    });
    await eventually('both were sent', () => requestsOf(node, 'POST').length === 3);
    node.setFaults({});
    for (const name of ['holder', 'height', 'vote']) await environment.finished(name);
  });

  it('is not held while the target is in another phase', async () => {
    const node = await environment.addNode('phase', { phase: 'Initializing', ready: false });
    await environment.restart('for-later', 'phase');
    await environment.taskWhere(
      'for-later',
      'waits',
      (task) => conditionOf(task, 'TargetReady')?.reason === 'PhaseNotMet',
    );
    await environment.createTask('ready-first', {
      kind: 'MarkReady',
      target: { nodeRef: { name: 'phase' }, requirePhase: 'Initializing' },
      markReady: {},
    });
    assertComplete(await environment.finished('ready-first'));
    assert.equal(node.sigtermsReceived, 0);
    await environment.setPhase('phase', 'Running');
    assertComplete(await environment.finished('for-later'));
  });

  it('covers all three ways to start a restart: a runbook, a resource and the command line', async () => {
    const node = await environment.addNode('shared', { faults: { neverBoot: true } });
    const runbook = await environment.temporal.workflow.start('RestartThenAwaitHeight', {
      workflowId: `runbook-${environment.namespace}`,
      taskQueue: environment.namespace,
      args: [{ node: { namespace: environment.namespace, name: 'shared' }, targetHeight: 1, heightTimeoutSeconds: 60 }],
    });
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.restart('resource', 'shared');
    const words = ['restart', 'shared', '--name', 'command-line', '-n', environment.namespace];
    const { code, stderr } = await runPlugin(words, adminShell(environment.servers));
    assert.equal(code, 0, stderr);
    for (const name of ['resource', 'command-line']) {
      assert.match(
        (await environment.queued(name)).status?.message ?? '',
        messagePattern('Queued', 'permit', { holder: holderText(`${runbook.workflowId}/restart`) }),
      );
    }
    node.setFaults({});
    await runbook.result();
    for (const name of ['resource', 'command-line']) assertComplete(await environment.finished(name));
    assert.equal(requestsOf(node, 'POST').filter(({ body }) => body.includes('restart-seid')).length, 3);
    assert.equal(node.sigtermsReceived, 3);
    assertOneAtATime(node);
  });

  it('is not acquired by a waiting task that is cancelled, and nothing is sent for it', async () => {
    const node = await environment.addNode('cancelled', { faults: { neverBoot: true } });
    await environment.restart('stays', 'cancelled');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.restart('leaves', 'cancelled');
    await environment.queued('leaves');
    await environment.kubectl(['annotate', 'snt', 'leaves', 'sei.io/cancel=not needed']);
    assertFailed(await environment.finished('leaves'), 'Cancelled', 'unsent');
    node.setFaults({});
    assertComplete(await environment.finished('stays'));
    assert.equal(requestsOf(node, 'POST').length, 1);
    await environment.permitIsFree('cancelled');
  });
});
