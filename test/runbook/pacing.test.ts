import assert from 'node:assert/strict';
import { startChainEnvironment } from '../support/chain-environment.ts';
import { requestsOf } from '../support/requests-of.ts';
import type { TestEnvironment } from '../support/test-environment.ts';
import { TestRunbooks, type TestRunbook } from '../support/test-runbooks.ts';

const NODES = ['full-a', 'full-b', 'full-c', 'full-d'];
const MINUTE_MS = 60_000;
/** Time for a runbook to be seen waiting for its window, in milliseconds. */
const SEEN_MS = 20_000;

/** `HH:MM` in UTC. */
const clockTime = (atMs: number): string => new Date(atMs).toISOString().slice(11, 16);

describe('the pace of a runbook', function () {
  this.timeout(400_000);
  let environment: TestEnvironment;
  let runbooks: TestRunbooks;
  /** It waits for its window while other tests run. */
  let windowed: TestRunbook;
  let opensAtMs: number;

  before(async () => {
    environment = await startChainEnvironment({ powers: { a: 10, b: 10, c: 10, d: 10 }, fullNodes: NODES });
    runbooks = new TestRunbooks(environment);
    await environment.startService();
  });
  afterEach('the chain never stopped', () => assert.deepEqual(environment.fleet.chain.stops, []));
  after(() => environment.stop());

  const nodeNamed = (name: string) => environment.fleet.node(environment.namespace, name);
  const restartsOf = (...names: readonly string[]): number[] => names.map((name) => nodeNamed(name).sigtermsReceived);

  it('waits before a window that is closed, and says when it opens', async () => {
    opensAtMs = Math.ceil((Date.now() + SEEN_MS) / MINUTE_MS) * MINUTE_MS;
    const ranges = [{ from: clockTime(opensAtMs), to: clockTime(opensAtMs + 60 * MINUTE_MS) }];
    windowed = await runbooks.start({ targets: { nodes: ['full-d'] }, window: { timeZone: 'Etc/UTC', ranges } });
    const { message = '' } = await runbooks.waits(windowed, 'OutsideWindow');
    assert.ok(message.includes(new Date(opensAtMs).toISOString().slice(0, 16)), message);
    assert.deepEqual(restartsOf('full-d'), [0]);
  });

  it('pauses after the canary until somebody promotes it', async () => {
    const runbook = await runbooks.start({
      targets: { nodes: ['full-a', 'full-b'] },
      strategy: { canary: { count: 1 } },
    });
    const status = await runbooks.where(runbook, 'is paused', ({ phase }) => phase === 'Paused');
    assert.partialDeepStrictEqual(status, { reason: 'CanaryPassed', counts: { complete: 1, pending: 1 } });
    assert.deepEqual(restartsOf('full-a', 'full-b'), [1, 0]);
    await runbooks.command(runbook, 'promote');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete', progress: '2/2' });
    assert.deepEqual(restartsOf('full-a', 'full-b'), [1, 1]);
    await runbooks.permitsAreFree('full-a', 'full-b');
  });

  it('soaks after a node until somebody promotes it', async () => {
    const before = restartsOf('full-b');
    const runbook = await runbooks.start({
      targets: { nodes: ['full-a', 'full-b'] },
      strategy: { soakSeconds: 3_600 },
    });
    assert.partialDeepStrictEqual(await runbooks.waits(runbook, 'Soaking'), { counts: { complete: 1, pending: 1 } });
    assert.deepEqual(restartsOf('full-b'), before);
    await runbooks.command(runbook, 'promote');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete', progress: '2/2' });
  });

  it('restarts the next node while one is at its gate, where two may be down, and no third', async () => {
    const runbook = await runbooks.start({
      targets: { nodes: ['full-a', 'full-b', 'full-c'] },
      strategy: { maxUnavailable: '67%' },
      gate: { blocks: 1_000_000, timeoutSeconds: 3_600 },
    });
    const before = restartsOf('full-c');
    const two = await runbooks.where(
      runbook,
      'has two nodes at their gates',
      ({ nodes = [] }) => nodes.filter(({ step }) => step === 'Gating').length === 2,
    );
    assert.partialDeepStrictEqual(two, { phase: 'Running', counts: { running: 2, pending: 1 } });
    assert.deepEqual(restartsOf('full-c'), before);
    await runbooks.command(runbook, 'promote');
    await runbooks.nodeIs(runbook, 'full-c', 'Gating');
    await runbooks.command(runbook, 'promote');
    assert.partialDeepStrictEqual(await runbooks.finished(runbook), { phase: 'Complete', progress: '3/3' });
  });

  it('restarts a node when its window has opened', async () => {
    assert.partialDeepStrictEqual(await runbooks.finished(windowed), { phase: 'Complete' });
    const [sent] = requestsOf(nodeNamed('full-d'), 'POST');
    assert.ok((sent?.at ?? 0) >= opensAtMs, `${sent?.at} is before ${opensAtMs}`);
    await runbooks.permitsAreFree('full-d');
  });
});
