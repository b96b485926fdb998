import assert from 'node:assert/strict';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const YEAR_MS = 365 * 24 * 3_600_000;
/** The largest int64, which JavaScript does not hold exactly. */
const LARGEST = '9223372036854775807';
/** The longest duration that Go takes. */
const LONGEST_DURATION = '2562047h47m16s';

describe('a task with a very long timeout', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('has a deadline a year away, says so, and is carried out', async () => {
    const node = await environment.addNode('long');
    node.setFaults({ neverBoot: true });
    const spec = { kind: 'RestartSeid', target: { nodeRef: { name: 'long' } }, timeoutSeconds: 0, restartSeid: {} };
    const manifest = JSON.stringify({
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeTask',
      metadata: { name: 'long' },
      spec,
    });
    const { stderr } = await environment.kubectl(
      ['create', '-f', '-'],
      manifest.replace('"timeoutSeconds":0', `"timeoutSeconds":${LARGEST}`),
    );
    assert.equal(stderr, '');
    const task = await environment.taskWhere('long', 'is at work', ({ status }) => status?.step === 'Restarting');
    const workflow = environment.workflowOf(task);
    const { executionStartedAt = '', deadline = '' } = await workflow.query<Record<string, string>>('status');
    // The execution time is counted from the start that the worker reported, in whole seconds and on Temporal's clock.
    assert.ok(Date.parse(deadline) >= Date.parse(executionStartedAt) + YEAR_MS, `${deadline} ${executionStartedAt}`);
    assert.ok(Date.parse(deadline) <= Date.now() + YEAR_MS, deadline);
    assert.match((await (await workflow.describe()).staticDetails()) ?? '', /\*\*Longest execution\*\*: 8760h0m0s/);
    node.setFaults({});
    assertComplete(await environment.finished('long'));
    assert.equal(node.sigtermsReceived, 1);
  });

  it('waits for its target and its permit for the longest duration of Go', async () => {
    const node = await environment.addNode('waiting', { phase: 'Initializing' });
    node.setFaults({ neverBoot: true });
    const target = {
      nodeRef: { name: 'waiting' },
      requirePhaseTimeout: LONGEST_DURATION,
      queueTimeout: LONGEST_DURATION,
    };
    await environment.restart('waiting', 'waiting', { target });
    await environment.taskWhere('waiting', 'waits', ({ status }) => status?.reason === 'PhaseNotMet');
    await environment.setPhase('waiting', 'Running');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.restart('queued', 'waiting', { target });
    await environment.queued('queued');
    node.setFaults({});
    for (const name of ['waiting', 'queued']) assertComplete(await environment.finished(name));
    assert.equal(node.sigtermsReceived, 2);
  });
});
