import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CancelledFailure, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { resetToFirstTask } from '../support/reset-to-first-task.ts';
import { scheduledActivities, scheduledActivity } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

/** All environments list the SeiNodes of all namespaces. */
const chainId = `authors-${randomBytes(4).toString('hex')}`;
const VALIDATORS = { a: '10', b: '9', c: '9', d: '9' };
const gate = { blocks: 3 };

/** How often a workflow has scheduled an activity. */
async function countOf(workflow: WorkflowHandle, activity: string): Promise<number> {
  return (await scheduledActivities(workflow)).filter(({ name }) => name === activity).length;
}

describe('a runbook that guards and gates its restarts', function () {
  this.timeout(180_000);
  let environment: TestEnvironment;
  let started = 0;

  before(async () => {
    const validators = Object.entries(VALIDATORS).map(([name, power]) => ({ name, power }));
    environment = await TestEnvironment.create({ chain: { chainId, consensus: { validators }, blockIntervalMs: 100 } });
    const names = [...Object.keys(VALIDATORS), 'full-a', 'full-b', 'full-c'];
    await Promise.all(names.map((name) => environment.addNode(name)));
    const { code } = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./guarded-runbook.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    const bundle = join(environment.servers.directory, `${environment.namespace}-bundle.js`);
    await writeFile(bundle, code);
    await environment.startService({ WORKFLOW_BUNDLE: bundle });
  });

  afterEach('the chain never stopped', () => assert.deepEqual(environment.fleet.chain.stops, []));
  after(() => environment.stop());

  async function begin(type: string, nodes: unknown, options: object = {}): Promise<WorkflowHandle> {
    started += 1;
    return await environment.temporal.workflow.start(type, {
      workflowId: `${environment.namespace}/runbook-${started}`,
      taskQueue: environment.namespace,
      args: [nodes, { chainId, gate, ...options }],
    });
  }

  const reference = (name: string) => ({ namespace: environment.namespace, name });
  const nodeOf = (name: string): SimulatedNode => environment.fleet.node(environment.namespace, name);
  const restartOf = ({ workflowId }: WorkflowHandle, name: string): WorkflowHandle =>
    environment.temporal.workflow.getHandle(`${workflowId}/${environment.namespace}/${name}/restart`);

  it('waits without a permit while the chain cannot spare the node, then holds it until it has passed its gate', async () => {
    const node = nodeOf('b');
    const { chain } = environment.fleet;
    chain.setValidator('d', { down: true });
    const { height } = chain;
    await eventually('d is in none of the commits that the guard reads', () => chain.height > height + 12);
    const runbook = await begin('RestartEach', [reference('b')]);
    await eventually('it waits on, after it was told why', async () => (await countOf(runbook, 'awaitStart')) > 1);
    assert.equal(await countOf(runbook, 'acquireNodePermit'), 0);
    assert.equal(node.sigtermsReceived, 0);

    node.setFaults({ neverBoot: true });
    chain.setValidator('d', { down: false });
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    const outside = await environment.restart('outside', 'b');
    const { status } = await environment.queued('outside');
    assert.ok(status?.message?.includes(runbook.workflowId), status?.message);
    node.setFaults({});
    const [passed] = await runbook.result();
    assert.ok(passed.height > 0, JSON.stringify(passed));
    assertComplete(await environment.finished('outside'));
    const released = await scheduledActivity(runbook, 'releaseNodePermit');
    const sent = await scheduledActivity(environment.workflowOf(outside), 'dispatchTask');
    assert.ok(sent.scheduledAtMs >= released.scheduledAtMs, 'the other task was sent after the gate');
    assert.equal(node.sigtermsReceived, 2);
  });

  it('watches a restart to its end when it is cancelled, then releases the permit and begins no further node', async () => {
    const node = nodeOf('full-a');
    node.setFaults({ neverBoot: true });
    const runbook = await begin('RestartEach', [reference('full-a'), reference('full-b')]);
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await runbook.cancel();
    const restart = restartOf(runbook, 'full-a');
    await eventually('the restart is asked to cancel', () => wasAskedToCancel(restart));
    assert.equal(await countOf(runbook, 'releaseNodePermit'), 0);
    node.setFaults({});
    assert.ok((await workflowFailure(runbook)) instanceof CancelledFailure);
    assert.equal(node.tasks.at(-1)?.status, 'completed');
    assertRestartedOnce(node);
    assert.equal(nodeOf('full-b').sigtermsReceived, 0);
    await environment.permitIsFree('full-a');
  });

  it('restarts no node again when it is reset in Temporal', async () => {
    const runbook = await begin('RestartEach', [reference('full-c')]);
    await runbook.result();
    await resetToFirstTask(environment.temporal, runbook);
    const failure = await workflowFailure(environment.temporal.workflow.getHandle(runbook.workflowId));
    assert.ok(failure instanceof ApplicationFailure && failure.type === 'NodesFailed', String(failure));
    assert.match(failure.message, /full-c: .*\balready started\b/i);
    assertRestartedOnce(nodeOf('full-c'));
    await environment.permitIsFree('full-c');
  });

  it('ends a gate after its time, and says what was missing', async () => {
    const node = reference('full-b');
    const failure = await workflowFailure(
      await begin('AwaitGate', node, { gate: { blocks: 1_000_000_000, timeoutSeconds: 1 } }),
    );
    assert.ok(failure instanceof ApplicationFailure && failure.type === 'GateTimeout', String(failure));
    assert.match(failure.message, /full-b .*\b1s\. .*\b1000\d{6}\b/);
    const { height } = await (await begin('AwaitGate', node)).result();
    assert.ok(height > 0);
  });

  it('ends a gate when it is cancelled', async () => {
    const runbook = await begin('AwaitGate', reference('a'), { gate: { blocks: 1_000_000_000 } });
    await eventually('it is at the gate', async () => (await countOf(runbook, 'gateNode')) > 0);
    await runbook.cancel();
    assert.ok((await workflowFailure(runbook)) instanceof CancelledFailure);
  });

  const refused: Readonly<Record<string, readonly [node: unknown, options: object, problem: RegExp]>> = {
    'another chain': ['c', { chainId: 'other-1' }, /spec\.chainId/],
    'a gate of -1 blocks': ['c', { gate: { blocks: -1 } }, /spec\.gate\.blocks.*-1/],
    'a time zone that does not exist': [
      'c',
      { window: { timeZone: 'Mars/Phobos', ranges: [{ from: '00:00', to: '24:00' }] } },
      /Mars\/Phobos/,
    ],
    'a node that does not exist': ['nobody', {}, /nobody/],
    'no node': [undefined, {}, /nodes/],
  };
  for (const [what, [name, options, problem]] of Object.entries(refused)) {
    it(`is refused with field and value: ${what}`, async () => {
      const node = typeof name === 'string' ? reference(name) : undefined;
      const failure = await workflowFailure(await begin('AwaitGate', node, options));
      assert.ok(failure instanceof ApplicationFailure && failure.type === 'InvalidSpec', String(failure));
      assert.match(failure.message, problem);
    });
  }
});
