import assert from 'node:assert/strict';
import type { NodeResult } from '../../core/runbook/runbook-state.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { startChainEnvironment } from '../support/chain-environment.ts';
import { eventually } from '../support/eventually.ts';
import type { TestEnvironment } from '../support/test-environment.ts';
import { TestRunbooks } from '../support/test-runbooks.ts';

/** Any one of them may be down, and no two. */
const POWERS = { a: 10, b: 9, c: 9, d: 9 };
const VALIDATORS = Object.keys(POWERS);
/** A gate that nothing passes without an operator. */
const ENDLESS = { blocks: 1_000_000, timeoutSeconds: 3_600 };

describe('several runbooks at once', function () {
  this.timeout(400_000);
  let environment: TestEnvironment;
  let runbooks: TestRunbooks;

  before(async () => {
    environment = await startChainEnvironment({ powers: POWERS });
    runbooks = new TestRunbooks(environment);
    await environment.startService();
  });
  afterEach('the chain never stopped', () => {
    environment.fleet.chain.setValidator('d', { down: false });
    assert.deepEqual(environment.fleet.chain.stops, []);
  });
  after(() => environment.stop());

  const nodeNamed = (name: string) => environment.fleet.node(environment.namespace, name);
  const restartsOf = (...names: readonly string[]): number[] => names.map((name) => nodeNamed(name).sigtermsReceived);

  it('never take down two validators that may not be down together, and neither does a restart by hand', async () => {
    for (const name of VALIDATORS) nodeNamed(name).setFaults({ slowBootMs: 1_500 });
    const pair = [
      await runbooks.start({ targets: { nodes: ['a', 'b'] } }),
      await runbooks.start({ targets: { nodes: ['c'] } }),
    ];
    await environment.restart('by-hand', 'd', { guard: { mode: 'Enforce' } });
    for (const runbook of pair)
      assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete', reason: 'RunbookComplete' });
    assertComplete(await environment.finished('by-hand'));
    assert.deepEqual(restartsOf(...VALIDATORS), [1, 1, 1, 1]);
    await runbooks.permitsAreFree(...VALIDATORS);
    for (const name of VALIDATORS) nodeNamed(name).setFaults({});
  });

  it('wait for a node that another one has, say so, and are skipped and aborted while they wait', async () => {
    const before = restartsOf('full-a');
    const first = await runbooks.start({ targets: { nodes: ['full-a'] }, gate: ENDLESS });
    await runbooks.nodeIs(first, 'full-a', 'Gating');
    const second = await runbooks.start({ targets: { nodes: ['full-a', 'b'] }, strategy: { order: 'Listed' } });
    const third = await runbooks.start({ targets: { nodes: ['full-a'] } });
    for (const runbook of [second, third])
      assert.match(
        (await runbooks.waits(runbook, 'Queued')).message ?? '',
        new RegExp(`SeiNodeRunbook ${first.name}\\b`),
      );
    await runbooks.command(third, 'abort');
    assert.partialDeepStrictEqual(await runbooks.finished(third), {
      phase: 'Aborted',
      reason: 'AbortedByOperator',
      counts: { pending: 1 },
    });
    await runbooks.command(second, 'skip', 'full-a');
    assert.partialDeepStrictEqual(await runbooks.finished(second), {
      phase: 'Complete',
      nodes: [
        { name: 'full-a', phase: 'Skipped' },
        { name: 'b', phase: 'Complete' },
      ],
    });
    assert.deepEqual(restartsOf('full-a'), [(before[0] ?? 0) + 1]);
    await runbooks.command(first, 'promote');
    assert.partialDeepStrictEqual(await runbooks.finished(first), { phase: 'Complete' });
    await runbooks.permitsAreFree('full-a', 'b');
  });

  it('get a node back that cannot be restarted after all: nothing was sent, and its permits are free', async () => {
    const { fleet, namespace, temporal } = environment;
    const before = restartsOf('full-b', 'b');
    fleet.chain.setValidator('d', { down: true });
    const first = await runbooks.start({ targets: { nodes: ['full-b'] }, gate: ENDLESS });
    await runbooks.nodeIs(first, 'full-b', 'Gating');
    const plan = {
      cluster: await readClusterId(environment.admin),
      namespace,
      chainId: fleet.chain.chainId,
      gate: { blocks: 3, timeoutMs: 60_000, maxLag: 5, signing: true },
      guard: { minSources: 2 },
      override: { checks: ['RestartedRecently'], reason: 'a test' },
    };
    const resultOf = async (name: string, isValidator: boolean): Promise<NodeResult> =>
      await temporal.workflow.execute<(input: object) => Promise<NodeResult>>('RestartGatedNode', {
        taskQueue: namespace,
        workflowId: `held-${namespace}-${name}`,
        args: [{ plan, node: { name, isValidator }, try: 1 }],
      });
    const [busy, guarded] = await Promise.all([resultOf('full-b', false), resultOf('b', true)]);
    assert.partialDeepStrictEqual(busy, { state: 'held', waiting: { reason: 'Queued' } });
    assert.partialDeepStrictEqual(guarded, { state: 'held', waiting: { reason: 'Guarded' } });
    assert.match(JSON.stringify(guarded), /QuorumAtRisk/);
    fleet.chain.setValidator('d', { down: false });
    await runbooks.permitsAreFree('b');
    await runbooks.command(first, 'promote');
    await runbooks.finished(first);
    assert.deepEqual(restartsOf('full-b', 'b'), [(before[0] ?? 0) + 1, before[1]]);
  });

  it('leave no permit when their workflow is terminated at a gate', async () => {
    const runbook = await runbooks.start({ targets: { nodes: ['b', 'c'] }, gate: ENDLESS });
    await runbooks.nodeIs(runbook, 'b', 'Gating');
    const before = restartsOf('c');
    await runbook.workflow.terminate('test');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Failed', reason: 'WorkflowTerminated' });
    await runbooks.permitsAreFree('b', 'c');
    assert.deepEqual(restartsOf('c'), before);
    await runbooks.hasEvent(runbook, 'Warning WorkflowTerminated');
  });

  it('leave no permit when their workflow is terminated while a node restarts: it is watched to its end', async () => {
    const node = nodeNamed('d');
    node.setFaults({ slowBootMs: 3_000 });
    const before = node.sigtermsReceived;
    const runbook = await runbooks.start({ targets: { nodes: ['d'] } });
    await eventually('the node restarts', () => node.sigtermsReceived === before + 1, 180_000);
    await runbook.workflow.terminate('test');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Failed', reason: 'WorkflowTerminated' });
    await runbooks.permitsAreFree('d');
    assert.equal(node.sigtermsReceived, before + 1);
    assert.deepEqual(
      node.tasks.map(({ status }) => status),
      node.tasks.map(() => 'completed'),
      'nothing is left restarting',
    );
    node.setFaults({});
  });

  it('continue when the workflow of a node is terminated, and the node is retried', async () => {
    const runbook = await runbooks.start({ targets: { nodes: ['full-b'] }, gate: ENDLESS });
    await runbooks.nodeIs(runbook, 'full-b', 'Gating');
    const { workflowId } = runbook.workflow;
    await environment.temporal.workflow.getHandle(`${workflowId}/full-b/1`).terminate('test');
    const status = await runbooks.where(runbook, 'needs an operator', ({ phase }) => phase === 'NeedsOperator');
    assert.partialDeepStrictEqual(status.nodes, [{ name: 'full-b', phase: 'Failed', reason: 'WorkflowTerminated' }]);
    await runbooks.command(runbook, 'retry', 'full-b');
    await runbooks.nodeIs(runbook, 'full-b', 'Gating');
    await runbooks.command(runbook, 'promote');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete', nodes: [{ tries: 2 }] });
    await runbooks.permitsAreFree('full-b');
  });
});
