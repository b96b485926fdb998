import assert from 'node:assert/strict';
import { startChainEnvironment } from '../support/chain-environment.ts';
import type { TestEnvironment } from '../support/test-environment.ts';
import { TestRunbooks } from '../support/test-runbooks.ts';

/** Without the last one, which somebody else operates, a third of the power is down and the chain stops. */
const POWERS = { a: 10, b: 10, c: 10 };
const ELSEWHERE = 'elsewhere';

describe('a runbook on a chain that stops', function () {
  this.timeout(400_000);
  let environment: TestEnvironment;
  let runbooks: TestRunbooks;

  before(async () => {
    environment = await startChainEnvironment({ powers: POWERS, others: { [ELSEWHERE]: 20 } });
    runbooks = new TestRunbooks(environment);
    await environment.startService();
  });
  afterEach('the chain stopped only because of others', () => {
    assert.ok(environment.fleet.chain.stops.every(({ taskPower }) => taskPower === '0'));
    setHalted(false);
  });
  after(() => environment.stop());

  function setHalted(down: boolean): void {
    environment.fleet.chain.setValidator(ELSEWHERE, { down });
  }

  const restartsOf = (...names: readonly string[]): number[] =>
    names.map((name) => environment.fleet.node(environment.namespace, name).sigtermsReceived);

  it('is paused with that reason while a node is at its gate, fails no node, and continues when it is resumed', async () => {
    const runbook = await runbooks.start({
      targets: { nodes: ['full-a', 'a'] },
      strategy: { order: 'Listed' },
      // More blocks than are made before the chain stops.
      gate: { blocks: 100, timeoutSeconds: 120 },
    });
    await runbooks.nodeIs(runbook, 'full-a', 'Gating');
    setHalted(true);
    const halted = await runbooks.where(runbook, 'is paused', ({ phase }) => phase === 'Paused');
    assert.partialDeepStrictEqual(halted, {
      reason: 'ChainHalted',
      nodes: [
        { name: 'full-a', phase: 'Running', step: 'Gating' },
        { name: 'a', phase: 'Pending' },
      ],
    });
    await runbooks.hasEvent(runbook, 'Warning ChainHalted');
    setHalted(false);
    const passed = await runbooks.nodeIs(runbook, 'full-a', 'Complete');
    assert.partialDeepStrictEqual(passed, { phase: 'Paused', reason: 'ChainHalted' });
    assert.deepEqual(restartsOf('full-a', 'a'), [1, 0]);
    await runbooks.command(runbook, 'resume');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete', progress: '2/2' });
    await runbooks.permitsAreFree('full-a', 'a');
  });

  it('leaves a node at its gate when it is aborted, and releases its permit', async () => {
    const runbook = await runbooks.start({
      targets: { nodes: ['full-b'] },
      gate: { blocks: 100, timeoutSeconds: 120 },
    });
    await runbooks.nodeIs(runbook, 'full-b', 'Gating');
    setHalted(true);
    await runbooks.where(runbook, 'is paused', ({ reason }) => reason === 'ChainHalted');
    await runbooks.command(runbook, 'abort');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), {
      phase: 'Aborted',
      nodes: [{ name: 'full-b', phase: 'Failed', reason: 'ChainHalted' }],
    });
    await runbooks.permitsAreFree('full-b');
  });

  it('waits before a node with the verdict, and restarts validators of the halted chain with an override', async () => {
    setHalted(true);
    const before = restartsOf('b', 'c');
    const waiting = await runbooks.start({ targets: { nodes: ['b', 'c'] } });
    const status = await runbooks.where(
      waiting,
      'waits because the chain has stopped',
      ({ reason, guard }) => reason === 'Guarded' && guard?.verdict === 'ChainHalted',
    );
    assert.equal(status.phase, 'Waiting');
    await runbooks.command(waiting, 'abort');
    await runbooks.finished(waiting);
    assert.deepEqual(restartsOf('b', 'c'), before);

    const override = { checks: ['ChainHalted', 'RestartedRecently'], reason: 'a coordinated restart' };
    const rescue = await runbooks.start({ targets: { nodes: ['b', 'c'] }, override });
    await runbooks.nodeIs(rescue, 'b', 'Gating');
    await runbooks.hasEvent(rescue, 'Warning GuardOverridden');
    await runbooks.where(rescue, 'is paused at the gate', ({ reason }) => reason === 'ChainHalted');
    // No gate passes before enough validators were restarted.
    await runbooks.command(rescue, 'promote', 'b');
    await runbooks.command(rescue, 'resume');
    await runbooks.nodeIs(rescue, 'c', 'Gating');
    setHalted(false);
    await runbooks.nodeIs(rescue, 'c', 'Complete');
    assert.partialDeepStrictEqual(await runbooks.finished(rescue), { phase: 'Complete', progress: '2/2' });
    assert.deepEqual(
      restartsOf('b', 'c'),
      before.map((count) => count + 1),
    );
    await runbooks.permitsAreFree('b', 'c');
  });
});
