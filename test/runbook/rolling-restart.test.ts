import assert from 'node:assert/strict';
import { CancelledFailure } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import { registerSeiNode } from '../../dev/register-sei-node.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { TestRunbooks } from '../support/test-runbooks.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

const VALIDATORS = { a: '10', b: '9', c: '9', d: '9' };
/** History events per node that the workflow of a runbook may have. */
const EVENTS_PER_NODE = 25;

/** No node begins before the one before it has ended. Times of a status are whole seconds. */
function assertOneAfterTheOther({ nodes = [] }: RunbookStatus): void {
  const spans = nodes.map(({ since = '', seconds = 0 }) => {
    const endMs = Date.parse(since);
    return { beginMs: endMs - 1_000 * seconds, endMs };
  });
  for (const [index, { beginMs }] of spans.entries())
    assert.ok(beginMs + 2_000 >= (spans[index - 1]?.endMs ?? 0), JSON.stringify(spans));
}

/** Every node is higher than before its restart. */
function assertHigher({ nodes = [] }: RunbookStatus): void {
  for (const { name, heightBefore = 0, heightAfter = 0 } of nodes)
    assert.ok(heightBefore > 0 && heightAfter > heightBefore, `${name}: ${heightBefore} to ${heightAfter}`);
}

describe('a rolling restart', function () {
  this.timeout(240_000);
  let environment: TestEnvironment;
  let runbooks: TestRunbooks;
  const nodes = new Map<string, SimulatedNode>();

  before(async () => {
    environment = await TestEnvironment.create({
      chain: {
        consensus: { validators: Object.entries(VALIDATORS).map(([name, power]) => ({ name, power })) },
        blockIntervalMs: 100,
      },
    });
    runbooks = new TestRunbooks(environment);
    for (const name of Object.keys(VALIDATORS)) nodes.set(name, await environment.addNode(name));
    for (const name of ['full-a', 'full-b']) nodes.set(name, await environment.addNode(name, { role: 'fullNode' }));
    await environment.addNode('stubborn', { role: 'fullNode', faults: { ignoreSigterm: true } });
    await environment.startService();
  });
  afterEach('the chain never stopped', () => assert.deepEqual(environment.fleet.chain.stops, []));
  after(() => environment.stop());

  const restartsOf = (...names: readonly string[]): number[] =>
    names.map((name) => nodes.get(name)?.sigtermsReceived ?? 0);

  it('restarts every node once, the one with the most power last, and releases every permit', async () => {
    const names = [...nodes.keys()];
    const before = restartsOf(...names);
    const runbook = await runbooks.start({ targets: { selector: {}, exclude: ['stubborn'] } });
    const status = await runbooks.finished(runbook);
    assert.partialDeepStrictEqual(status, { phase: 'Complete', reason: 'RunbookComplete', progress: '6/6' });
    assert.deepEqual(
      restartsOf(...names),
      before.map((count) => count + 1),
    );
    assert.deepEqual(
      status.nodes?.map((node) => node.name),
      ['full-a', 'full-b', 'b', 'c', 'd', 'a'],
    );
    assertOneAfterTheOther(status);
    assertHigher(status);
    for (const node of names) await environment.permitIsFree(node);
    assert.partialDeepStrictEqual(await runbook.workflow.result(), { phase: 'Complete', counts: { complete: 6 } });
    const { events = [] } = await runbook.workflow.fetchHistory();
    assert.ok((events?.length ?? 0) <= EVENTS_PER_NODE * names.length + 40, `${events?.length} events`);
  });

  it('stops at a node that fails, and continues when it is retried after a fix', async () => {
    const runbook = await runbooks.start({
      targets: { nodes: ['stubborn', 'full-b'] },
      strategy: { order: 'Listed' },
    });
    const status = await runbooks.where(runbook, 'needs an operator', ({ phase }) => phase === 'NeedsOperator');
    assert.partialDeepStrictEqual(status.nodes, [
      { name: 'stubborn', phase: 'Failed', reason: 'TaskFailed' },
      { name: 'full-b', phase: 'Pending' },
    ]);
    assert.deepEqual(
      status.conditions?.filter(({ status: value }) => value === 'True').map(({ type }) => type),
      ['Paused'],
    );
    await assert.rejects(runbooks.command(runbook, 'retry', 'full-b'), ({ cause }: Error) =>
      /full-b/.test(String(cause)),
    );
    environment.fleet.node(environment.namespace, 'stubborn').setFaults({});
    await runbooks.command(runbook, 'retry', 'stubborn');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), {
      phase: 'Complete',
      progress: '2/2',
      nodes: [
        { name: 'stubborn', phase: 'Complete', tries: 2 },
        { name: 'full-b', phase: 'Complete', tries: 1 },
      ],
    });
    await environment.permitIsFree('stubborn');
  });

  it('finishes the node at hand when it is paused, and starts the next one when it is resumed', async () => {
    const before = restartsOf('full-a', 'full-b');
    const runbook = await runbooks.start({
      targets: { nodes: ['full-a', 'full-b'] },
      gate: { blocks: 60, timeoutSeconds: 60 },
    });
    await runbooks.where(runbook, 'restarts the first node', ({ nodes: [first] = [] }) => first?.step === 'Gating');
    await runbooks.command(runbook, 'pause');
    const paused = await runbooks.where(
      runbook,
      'has finished it',
      ({ nodes: [first] = [] }) => first?.phase === 'Complete',
    );
    assert.partialDeepStrictEqual(paused, { phase: 'Paused', reason: 'PausedByOperator', progress: '1/2' });
    assert.deepEqual(restartsOf('full-b'), before.slice(1));
    await runbooks.command(runbook, 'resume');
    await runbooks.where(runbook, 'gates the second node', ({ nodes: [, second] = [] }) => second?.step === 'Gating');
    await runbooks.command(runbook, 'promote');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete', progress: '2/2' });
  });

  it('is steered by its spec: each command is answered by its id', async () => {
    const before = restartsOf('full-a', 'full-b', 'b');
    const runbook = await runbooks.start({ targets: { nodes: ['full-a', 'full-b', 'b'] }, paused: true });
    await runbooks.where(runbook, 'is paused', ({ phase, reason }) => phase === 'Paused' && reason === 'PausedBySpec');
    await runbooks.edit(runbook, { control: { id: '1', verb: 'resume' } });
    const refused = await runbooks.where(runbook, 'refuses', ({ control }) => control?.id === '1');
    assert.partialDeepStrictEqual(refused.control, { verb: 'resume', accepted: false });
    await runbooks.edit(runbook, { control: { id: '2', verb: 'skip', node: 'full-b' } });
    const skipped = await runbooks.where(runbook, 'accepts', ({ control }) => control?.id === '2');
    assert.partialDeepStrictEqual(skipped.control, { verb: 'skip', node: 'full-b', accepted: true });
    await runbooks.edit(runbook, { control: { id: '1', verb: 'abort', node: null } });
    const old = await runbooks.where(runbook, 'refuses an old id', ({ control }) => control?.id === '1');
    assert.partialDeepStrictEqual(old, { phase: 'Paused', control: { verb: 'abort', accepted: false } });
    await runbooks.edit(runbook, { paused: false, skipNodes: ['b'] });
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), {
      phase: 'Complete',
      counts: { complete: 1, skipped: 2 },
      control: { id: '1' },
    });
    assert.deepEqual(restartsOf('full-a', 'full-b', 'b'), [(before[0] ?? 0) + 1, before[1], before[2]]);
  });

  it('is Failed when its workflow is terminated, and is deleted after its time to live', async () => {
    const runbook = await runbooks.start({
      targets: { nodes: ['full-a'] },
      paused: true,
      ttlSecondsAfterFinished: 2,
    });
    await runbooks.where(runbook, 'is paused', ({ phase }) => phase === 'Paused');
    await runbook.workflow.terminate('test');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Failed', reason: 'WorkflowTerminated' });
    await eventually(
      `${runbook.name} is deleted`,
      async () => (await runbooks.client.get(environment.namespace, runbook.name)) === undefined,
    );
  });

  it('touches no further node when it is aborted', async () => {
    const before = restartsOf('full-a', 'full-b');
    const runbook = await runbooks.start({ targets: { nodes: ['full-a', 'full-b'] } });
    await runbooks.where(runbook, 'restarts the first node', ({ nodes: [first] = [] }) => first?.phase === 'Running');
    await runbooks.command(runbook, 'abort');
    const status = await runbooks.finished(runbook);
    assert.partialDeepStrictEqual(status, {
      phase: 'Aborted',
      reason: 'AbortedByOperator',
      counts: { complete: 1, pending: 1 },
    });
    assert.deepEqual(restartsOf('full-a', 'full-b'), [(before[0] ?? 0) + 1, before[1]]);
    const failure = await workflowFailure(runbook.workflow);
    assert.ok(failure instanceof ApplicationFailure && failure.type === 'AbortedByOperator', String(failure));
  });

  it('finishes the node at hand when its resource is deleted, and closes as cancelled', async () => {
    const before = restartsOf('full-a', 'full-b');
    const runbook = await runbooks.start({ targets: { nodes: ['full-a', 'full-b'] } });
    await runbooks.where(runbook, 'restarts the first node', ({ nodes: [first] = [] }) => first?.step === 'Gating');
    await runbooks.client.delete(environment.namespace, runbook.name);
    assert.ok((await workflowFailure(runbook.workflow)) instanceof CancelledFailure);
    assert.deepEqual(restartsOf('full-a', 'full-b'), [(before[0] ?? 0) + 1, before[1]]);
    await environment.permitIsFree('full-a');
  });

  it('touches nothing in a dry run, and says how each node would fare', async () => {
    const before = restartsOf(...nodes.keys());
    const runbook = await runbooks.start({ targets: { selector: {}, exclude: ['stubborn'] }, dryRun: true });
    const status = await runbooks.finished(runbook);
    assert.partialDeepStrictEqual(status, { phase: 'Complete', reason: 'DryRun', progress: '0/6' });
    assert.match(status.message ?? '', /allow 6 of them now\. The lowest margin .* is 3 of 37, with a down/);
    assert.ok(status.nodes?.every(({ message }) => message !== undefined && message !== ''));
    assert.deepEqual(restartsOf(...nodes.keys()), before);
  });

  it('waits while the guard says that the chain would stop, and continues when it no longer does', async () => {
    environment.fleet.chain.setValidator('d', { down: true });
    const before = restartsOf('b');
    const runbook = await runbooks.start({ targets: { nodes: ['b'] } });
    const status = await runbooks.where(
      runbook,
      'waits',
      ({ phase, reason }) => phase === 'Waiting' && reason === 'Guarded',
    );
    assert.partialDeepStrictEqual(status.guard, { verdict: 'QuorumAtRisk', totalPower: '37', riskPower: '18' });
    assert.deepEqual(restartsOf('b'), before);
    environment.fleet.chain.setValidator('d', { down: false });
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete' });
  });

  it('closes at once when it is deleted while the guard holds its next node, and restarts nothing', async () => {
    environment.fleet.chain.setValidator('d', { down: true });
    const before = restartsOf('b');
    const runbook = await runbooks.start({ targets: { nodes: ['b'] } });
    await runbooks.waits(runbook, 'Guarded');
    await runbooks.client.delete(environment.namespace, runbook.name);
    assert.ok((await workflowFailure(runbook.workflow)) instanceof CancelledFailure);
    environment.fleet.chain.setValidator('d', { down: false });
    await runbooks.permitsAreFree('b');
    assert.deepEqual(restartsOf('b'), before);
  });

  it('does not send anything to a node that vanishes or is being deleted, and continues without it', async () => {
    const { namespace, seiNodes } = environment;
    for (const name of ['gone', 'going']) await environment.addNode(name, { role: 'fullNode' });
    const runbook = await runbooks.start({
      targets: { nodes: ['full-a', 'gone', 'going', 'full-b'] },
      strategy: { order: 'Listed', canary: { count: 1 }, maxFailures: 1 },
    });
    await runbooks.where(runbook, 'is paused after the canary', ({ reason }) => reason === 'CanaryPassed');
    await seiNodes.patch({ namespace, name: 'going' }, { metadata: { finalizers: ['sei.io/test'] } });
    for (const name of ['gone', 'going']) await seiNodes.delete(namespace, name);
    await runbooks.command(runbook, 'promote');
    const status = await runbooks.where(runbook, 'needs an operator', ({ phase }) => phase === 'NeedsOperator');
    assert.partialDeepStrictEqual(status.nodes, [
      { name: 'full-a', phase: 'Complete' },
      { name: 'gone', phase: 'Failed', reason: 'NodeGone' },
      { name: 'going', phase: 'Failed', reason: 'NodeGone' },
      { name: 'full-b', phase: 'Pending' },
    ]);
    for (const name of ['gone', 'going']) await runbooks.command(runbook, 'skip', name);
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete', progress: '4/4' });
    for (const name of ['gone', 'going']) assert.deepEqual(environment.fleet.node(namespace, name).tasks, []);
    await seiNodes.patch({ namespace, name: 'going' }, { metadata: { finalizers: null } });
    await runbooks.permitsAreFree('full-a', 'gone', 'going', 'full-b');
  });

  it('is refused when its selector matches nodes of two chains', async () => {
    const { namespace, admin } = environment;
    await registerSeiNode(admin, {
      namespace,
      name: 'stranger',
      chainId: 'other-1',
      phase: 'Running',
      role: 'fullNode',
    });
    const runbook = await runbooks.start({ targets: { selector: {} } });
    const status = await runbooks.finished(runbook);
    assert.partialDeepStrictEqual(status, { phase: 'Failed', reason: 'InvalidSpec' });
    assert.match(status.message ?? '', /spec\.targets\.selector selects SeiNode stranger.*other-1/);
    await environment.seiNodes.delete(namespace, 'stranger');
  });

  const refused: Readonly<Record<string, readonly [spec: object, problem: RegExp]>> = {
    'an empty selection': [
      { targets: { selector: { matchLabels: { a: 'b' } } } },
      /spec\.targets\.selector selects no SeiNode/,
    ],
    'a node twice': [{ targets: { nodes: ['full-a', 'full-a'] } }, /spec\.targets\.nodes lists full-a twice/],
    'a node that does not exist': [{ targets: { nodes: ['nobody'] } }, /nobody/],
    'another chain': [{ chainId: 'other-1' }, /spec\.chainId/],
    'all of three nodes at once': [
      { targets: { nodes: ['full-a', 'full-b', 'a'] }, strategy: { maxUnavailable: '100%' } },
      /maxUnavailable.*3 nodes.*"100%"/,
    ],
    'a time zone that does not exist': [
      { targets: { nodes: ['a'] }, window: { timeZone: 'Mars/Phobos', ranges: [{ from: '00:00', to: '24:00' }] } },
      /Mars\/Phobos/,
    ],
  };
  for (const [what, [spec, problem]] of Object.entries(refused)) {
    it(`is refused with field and value, and touches nothing: ${what}`, async () => {
      const before = restartsOf(...nodes.keys());
      const runbook = await runbooks.start({ targets: { nodes: ['full-a'] }, ...spec });
      const status = await runbooks.finished(runbook);
      assert.partialDeepStrictEqual(status, { phase: 'Failed', reason: 'InvalidSpec' });
      assert.match(status.message ?? '', problem);
      assert.deepEqual(restartsOf(...nodes.keys()), before);
    });
  }
});
