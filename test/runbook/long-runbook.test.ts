import assert from 'node:assert/strict';
import type { LocalService } from '../../dev/start-local-service.ts';
import { startChainEnvironment } from '../support/chain-environment.ts';
import { eventually } from '../support/eventually.ts';
import { LEASE, type TestEnvironment } from '../support/test-environment.ts';
import { TestRunbooks, type TestRunbook } from '../support/test-runbooks.ts';

const BROKEN = 'v-0';
const KILLED_AT = 'v-1';
const NODES = ['f-0', 'f-1', BROKEN, 'f-2', KILLED_AT, 'v-2', 'f-3', 'v-3', 'v-4', 'f-4'];
const VALIDATORS = NODES.filter((name) => name.startsWith('v'));
/** Events after which Temporal suggests to continue as new. It accepts 10,000 signals. */
const LONG_HISTORY = 4_096;
/** A workflow task that gets many more takes longer than it may. */
const SIGNALS_AT_ONCE = 100;
/** It changes nothing. */
const REPORT = { node: 'nobody', step: 'Gating' };

/** Each test continues where the one before it has left the runbook. */
describe('a runbook over ten nodes', function () {
  this.timeout(400_000);
  let environment: TestEnvironment;
  let runbooks: TestRunbooks;
  let service: LocalService;
  let runbook: TestRunbook;

  before(async () => {
    environment = await startChainEnvironment({
      powers: Object.fromEntries(VALIDATORS.map((name) => [name, 10])),
      fullNodes: NODES.filter((name) => name.startsWith('f')),
      faults: { [BROKEN]: { ignoreSigterm: true }, [KILLED_AT]: { slowBootMs: 3_000 } },
    });
    runbooks = new TestRunbooks(environment);
    service = await environment.startService();
  });
  afterEach('the chain never stopped', () => assert.deepEqual(environment.fleet.chain.stops, []));
  after(() => environment.stop());

  const nodeNamed = (name: string) => environment.fleet.node(environment.namespace, name);
  const runIdNow = async (): Promise<string> => (await runbook.workflow.describe()).runId;

  it('stops at the third, which fails, and continues when it is retried after a fix by hand', async () => {
    runbook = await runbooks.start({ targets: { nodes: NODES }, strategy: { order: 'Listed' } });
    const status = await runbooks.where(runbook, 'needs an operator', ({ phase }) => phase === 'NeedsOperator');
    assert.partialDeepStrictEqual(status, {
      reason: 'NodesFailed',
      counts: { complete: 2, failed: 1, pending: 7 },
      failures: [{ name: BROKEN, reason: 'TaskFailed' }],
    });
    await runbooks.hasEvent(runbook, 'Warning NodesFailed');
    nodeNamed(BROKEN).setFaults({});
    await runbooks.command(runbook, 'retry', BROKEN);
    const retried = await runbooks.nodeIs(runbook, BROKEN, 'Complete');
    const node = retried.nodes?.find(({ name }) => name === BROKEN);
    assert.equal(node?.tries, 2);
    assert.match(node.message ?? '', /RestartedRecently\b.*\ba test\b/, 'what was passed over is told');
    await runbooks.hasEvent(runbook, 'Warning GuardOverridden');
  });

  it('continues at the node at hand when its worker is killed, and restarts it once', async () => {
    const node = nodeNamed(KILLED_AT);
    await eventually('the node is restarting', () => node.sigtermsReceived === 1, 180_000);
    service.process.kill('SIGKILL');
    await service.process.exited;
    await environment.leases.delete(environment.namespace, LEASE);
    service = await environment.startService();
    const status = await runbooks.nodeIs(runbook, KILLED_AT, 'Complete');
    assert.equal(status.nodes?.find(({ name }) => name === KILLED_AT)?.tries, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('continues in a new run between two nodes when its history is long', async () => {
    await runbooks.command(runbook, 'pause');
    const before = await runbooks.where(
      runbook,
      'is paused with no node at hand',
      ({ phase, counts }) => phase === 'Paused' && counts?.running === 0,
    );
    const runId = await runIdNow();
    for (let sent = 0; sent < LONG_HISTORY && (await runIdNow()) === runId; sent += SIGNALS_AT_ONCE) {
      await Promise.all(Array.from({ length: SIGNALS_AT_ONCE }, () => runbook.workflow.signal('reportNode', REPORT)));
      await eventually('the signals were handled', async () => {
        const { pendingWorkflowTask } = (await runbook.workflow.describe()).raw;
        return pendingWorkflowTask === null || pendingWorkflowTask === undefined;
      });
    }
    await eventually('there is a new run', async () => (await runIdNow()) !== runId);
    await runbooks.command(runbook, 'resume');
    const after = await runbooks.where(runbook, 'has continued', ({ phase }) => phase !== 'Paused');
    assert.equal(after.counts?.complete, before.counts?.complete);
  });

  it('is complete when each node was restarted once for each try, and every permit is free', async () => {
    const status = await runbooks.finished(runbook);
    assert.partialDeepStrictEqual(status, {
      phase: 'Complete',
      progress: '10/10',
      nodes: NODES.map((name) => ({ name, phase: 'Complete' })),
    });
    assert.deepEqual(
      NODES.map((name) => nodeNamed(name).sigtermsReceived),
      NODES.map((name) => (name === BROKEN ? 2 : 1)),
    );
    await runbooks.permitsAreFree(...NODES);
    assert.partialDeepStrictEqual(await runbook.workflow.result(), { phase: 'Complete' });
    await runbooks.hasEvent(runbook, 'Normal RunbookComplete');
  });
});
