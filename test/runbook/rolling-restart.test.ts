import assert from 'node:assert/strict';
import { CancelledFailure, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { isTerminalRunbook, type RunbookVerb } from '../../api/runbook-phases.ts';
import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import { runbookWorkflowIdOf, type RunbookCommandAnswer } from '../../api/temporal/runbook-input.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { runbookSpec } from './runbook-manifests.ts';

const VALIDATORS = { a: '10', b: '9', c: '9', d: '9' };
/** The gate is short, and the chain of these tests is fast. */
const gate = { blocks: 3, timeoutSeconds: 60 };
/** These tests restart the same nodes again and again. */
const override = { checks: ['RestartedRecently'], reason: 'a test' };
/** Bound on a test that will fail, in milliseconds. */
const WAIT_MS = 120_000;
/** History events per node that the workflow of a runbook may have. */
const EVENTS_PER_NODE = 25;

async function command(workflow: WorkflowHandle, verb: RunbookVerb, node?: string): Promise<RunbookCommandAnswer> {
  const id = `${verb}-${Math.random()}`;
  return await workflow.executeUpdate<RunbookCommandAnswer, [object]>('control', {
    args: [{ id, verb, ...(node === undefined ? {} : { node }) }],
  });
}

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
  let runbooks: ResourceClient<SeiNodeRunbook>;
  const nodes = new Map<string, SimulatedNode>();
  let created = 0;

  before(async () => {
    environment = await TestEnvironment.create({
      chain: {
        consensus: { validators: Object.entries(VALIDATORS).map(([name, power]) => ({ name, power })) },
        blockIntervalMs: 100,
      },
    });
    runbooks = new ResourceClient<SeiNodeRunbook>(environment.admin, SEI_NODE_RUNBOOK);
    for (const name of Object.keys(VALIDATORS)) nodes.set(name, await environment.addNode(name));
    for (const name of ['full-a', 'full-b']) nodes.set(name, await environment.addNode(name, { role: 'fullNode' }));
    await environment.addNode('stubborn', { role: 'fullNode', faults: { ignoreSigterm: true } });
    await environment.startService();
  });
  afterEach('the chain never stopped', () => assert.deepEqual(environment.fleet.chain.stops, []));
  after(() => environment.stop());

  async function start(spec: object): Promise<{ name: string; workflow: WorkflowHandle }> {
    created += 1;
    const { namespace, temporal } = environment;
    const { metadata } = await runbooks.create(namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeRunbook',
      metadata: { name: `runbook-${created}` },
      spec: runbookSpec({ gate, override, ...spec }),
    });
    return { name: metadata.name, workflow: temporal.workflow.getHandle(runbookWorkflowIdOf(metadata)) };
  }

  async function edit(name: string, spec: object): Promise<void> {
    await runbooks.patch({ namespace: environment.namespace, name }, { spec });
  }

  async function runbookWhere(
    name: string,
    what: string,
    predicate: (status: RunbookStatus) => boolean,
  ): Promise<RunbookStatus> {
    let last: RunbookStatus | undefined;
    return await eventually(
      `${name} ${what}`,
      async () => {
        last = (await runbooks.get(environment.namespace, name))?.status;
        return last !== undefined && predicate(last) ? last : undefined;
      },
      WAIT_MS,
    ).catch((cause: unknown) => {
      throw new Error(`${name} ${what}; its status is ${JSON.stringify(last)}`, { cause });
    });
  }

  const finished = (name: string) => runbookWhere(name, 'reaches its end', ({ phase }) => isTerminalRunbook(phase));

  const restartsOf = (...names: readonly string[]): number[] =>
    names.map((name) => nodes.get(name)?.sigtermsReceived ?? 0);

  it('restarts every node once, the one with the most power last, and releases every permit', async () => {
    const names = [...nodes.keys()];
    const before = restartsOf(...names);
    const { name, workflow } = await start({ targets: { selector: {}, exclude: ['stubborn'] } });
    const status = await finished(name);
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
    assert.partialDeepStrictEqual(await workflow.result(), { phase: 'Complete', counts: { complete: 6 } });
    const { events = [] } = await workflow.fetchHistory();
    assert.ok((events?.length ?? 0) <= EVENTS_PER_NODE * names.length + 40, `${events?.length} events`);
  });

  it('stops at a node that fails, and continues when it is retried after a fix', async () => {
    const { name, workflow } = await start({
      targets: { nodes: ['stubborn', 'full-b'] },
      strategy: { order: 'Listed' },
    });
    const status = await runbookWhere(name, 'needs an operator', ({ phase }) => phase === 'NeedsOperator');
    assert.partialDeepStrictEqual(status.nodes, [
      { name: 'stubborn', phase: 'Failed', reason: 'TaskFailed' },
      { name: 'full-b', phase: 'Pending' },
    ]);
    assert.deepEqual(
      status.conditions?.filter(({ status: value }) => value === 'True').map(({ type }) => type),
      ['Paused'],
    );
    await assert.rejects(command(workflow, 'retry', 'full-b'), ({ cause }: Error) => /full-b/.test(String(cause)));
    environment.fleet.node(environment.namespace, 'stubborn').setFaults({});
    await command(workflow, 'retry', 'stubborn');
    assert.partialDeepStrictEqual(await finished(name), {
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
    const { name, workflow } = await start({
      targets: { nodes: ['full-a', 'full-b'] },
      gate: { ...gate, blocks: 60 },
    });
    await runbookWhere(name, 'restarts the first node', ({ nodes: [first] = [] }) => first?.step === 'Gating');
    await command(workflow, 'pause');
    const paused = await runbookWhere(
      name,
      'has finished it',
      ({ nodes: [first] = [] }) => first?.phase === 'Complete',
    );
    assert.partialDeepStrictEqual(paused, { phase: 'Paused', reason: 'PausedByOperator', progress: '1/2' });
    assert.deepEqual(restartsOf('full-b'), before.slice(1));
    await command(workflow, 'resume');
    await runbookWhere(name, 'gates the second node', ({ nodes: [, second] = [] }) => second?.step === 'Gating');
    await command(workflow, 'promote');
    assert.partialDeepStrictEqual(await finished(name), { phase: 'Complete', progress: '2/2' });
  });

  it('is steered by its spec: each command is answered by its id', async () => {
    const before = restartsOf('full-a', 'full-b', 'b');
    const { name } = await start({ targets: { nodes: ['full-a', 'full-b', 'b'] }, paused: true });
    await runbookWhere(name, 'is paused', ({ phase, reason }) => phase === 'Paused' && reason === 'PausedBySpec');
    await edit(name, { control: { id: '1', verb: 'resume' } });
    const refused = await runbookWhere(name, 'refuses', ({ control }) => control?.id === '1');
    assert.partialDeepStrictEqual(refused.control, { verb: 'resume', accepted: false });
    await edit(name, { control: { id: '2', verb: 'skip', node: 'full-b' } });
    const skipped = await runbookWhere(name, 'accepts', ({ control }) => control?.id === '2');
    assert.partialDeepStrictEqual(skipped.control, { verb: 'skip', node: 'full-b', accepted: true });
    await edit(name, { paused: false, skipNodes: ['b'] });
    assert.partialDeepStrictEqual(await finished(name), {
      phase: 'Complete',
      counts: { complete: 1, skipped: 2 },
      control: { id: '2' },
    });
    assert.deepEqual(restartsOf('full-a', 'full-b', 'b'), [(before[0] ?? 0) + 1, before[1], before[2]]);
  });

  it('is Failed when its workflow is terminated, and is deleted after its time to live', async () => {
    const { name, workflow } = await start({
      targets: { nodes: ['full-a'] },
      paused: true,
      ttlSecondsAfterFinished: 2,
    });
    await runbookWhere(name, 'is paused', ({ phase }) => phase === 'Paused');
    await workflow.terminate('test');
    assert.partialDeepStrictEqual(await finished(name), { phase: 'Failed', reason: 'WorkflowTerminated' });
    await eventually(`${name} is deleted`, async () => (await runbooks.get(environment.namespace, name)) === undefined);
  });

  it('touches no further node when it is aborted', async () => {
    const before = restartsOf('full-a', 'full-b');
    const { name, workflow } = await start({ targets: { nodes: ['full-a', 'full-b'] } });
    await runbookWhere(name, 'restarts the first node', ({ nodes: [first] = [] }) => first?.phase === 'Running');
    await command(workflow, 'abort');
    const status = await finished(name);
    assert.partialDeepStrictEqual(status, {
      phase: 'Aborted',
      reason: 'AbortedByOperator',
      counts: { complete: 1, pending: 1 },
    });
    assert.deepEqual(restartsOf('full-a', 'full-b'), [(before[0] ?? 0) + 1, before[1]]);
    const failure = await workflowFailure(workflow);
    assert.ok(failure instanceof ApplicationFailure && failure.type === 'AbortedByOperator', String(failure));
  });

  it('finishes the node at hand when its resource is deleted, and closes as cancelled', async () => {
    const before = restartsOf('full-a', 'full-b');
    const { name, workflow } = await start({ targets: { nodes: ['full-a', 'full-b'] } });
    await runbookWhere(name, 'restarts the first node', ({ nodes: [first] = [] }) => first?.step === 'Gating');
    await runbooks.delete(environment.namespace, name);
    assert.ok((await workflowFailure(workflow)) instanceof CancelledFailure);
    assert.deepEqual(restartsOf('full-a', 'full-b'), [(before[0] ?? 0) + 1, before[1]]);
    await environment.permitIsFree('full-a');
  });

  it('touches nothing in a dry run, and says how each node would fare', async () => {
    const before = restartsOf(...nodes.keys());
    const { name } = await start({ targets: { selector: {}, exclude: ['stubborn'] }, dryRun: true });
    const status = await finished(name);
    assert.partialDeepStrictEqual(status, { phase: 'Complete', reason: 'DryRun', progress: '0/6' });
    assert.match(status.message ?? '', /allow 6 of them now\. The lowest margin .* is 3 of 37, with a down/);
    assert.ok(status.nodes?.every(({ message }) => message !== undefined && message !== ''));
    assert.deepEqual(restartsOf(...nodes.keys()), before);
  });

  it('waits while the guard says that the chain would stop, and continues when it no longer does', async () => {
    environment.fleet.chain.setValidator('d', { down: true });
    const before = restartsOf('b');
    const { name } = await start({ targets: { nodes: ['b'] } });
    const status = await runbookWhere(
      name,
      'waits',
      ({ phase, reason }) => phase === 'Waiting' && reason === 'Guarded',
    );
    assert.partialDeepStrictEqual(status.guard, { verdict: 'QuorumAtRisk', totalPower: '37', riskPower: '18' });
    assert.deepEqual(restartsOf('b'), before);
    environment.fleet.chain.setValidator('d', { down: false });
    assert.partialDeepStrictEqual(await finished(name), { phase: 'Complete' });
  });

  const refused: Readonly<Record<string, readonly [spec: object, problem: RegExp]>> = {
    'an empty selection': [
      { targets: { selector: { matchLabels: { a: 'b' } } } },
      /spec\.targets\.selector selects no SeiNode/,
    ],
    'a node twice': [{ targets: { nodes: ['full-a', 'full-a'] } }, /spec\.targets\.nodes lists full-a twice/],
    'a node that does not exist': [{ targets: { nodes: ['nobody'] } }, /nobody/],
    'another chain': [{ chainId: 'other-1' }, /spec\.chainId/],
    'all nodes at once': [
      { targets: { selector: {} }, strategy: { maxUnavailable: '100%' } },
      /maxUnavailable.*"100%"/,
    ],
    'a time zone that does not exist': [
      { targets: { nodes: ['a'] }, window: { timeZone: 'Mars/Phobos', ranges: [{ from: '00:00', to: '24:00' }] } },
      /Mars\/Phobos/,
    ],
  };
  for (const [what, [spec, problem]] of Object.entries(refused)) {
    it(`is refused with field and value, and touches nothing: ${what}`, async () => {
      const before = restartsOf(...nodes.keys());
      const { name } = await start({ targets: { nodes: ['full-a'] }, ...spec });
      const status = await finished(name);
      assert.partialDeepStrictEqual(status, { phase: 'Failed', reason: 'InvalidSpec' });
      assert.match(status.message ?? '', problem);
      assert.deepEqual(restartsOf(...nodes.keys()), before);
    });
  }
});
