import assert from 'node:assert/strict';
import { isStopped } from '../../chaos/inject/is-stopped.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { eventually } from '../support/eventually.ts';
import { StoppableService, writes } from '../support/stoppable-service.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/**
 * A stopped process keeps its long polls of 60 s open, and each may take an attempt with it until the heartbeat timeout
 * of 15 s.
 */
const TAKEN_OVER_MS = 120_000;

describe('a worker that is paused right before the POST and continues when another one has sent the task', () => {
  let environment: TestEnvironment;
  let frozen: StoppableService;

  before(async () => {
    environment = await TestEnvironment.create();
    frozen = await StoppableService.start(environment);
  });

  after(async () => {
    frozen?.service.process.kill('SIGCONT');
    await environment?.stop();
  });

  it('does not send it a second time', async () => {
    const node = await environment.addNode('twice');
    node.setFaults({ neverBoot: true });
    const written = frozen.apiServer.stop('twice', { after: writes('Running') });
    await environment.restart('twice', 'twice');
    await written;
    frozen.service.process.kill('SIGSTOP');
    assert.ok(await isStopped(frozen.service.process.pid), 'it has not stopped');
    frozen.apiServer.resume('twice');
    await environment.startService();
    await eventually('the other one has sent it', () => node.sigtermsReceived === 1, TAKEN_OVER_MS);

    const sentAgain = frozen.sidecars.refuse('twice', ({ method }) => method === 'POST');
    frozen.service.process.kill('SIGCONT');
    // It ends what it is at before it exits.
    await frozen.service.process.stop(30_000);
    assert.equal(sentAgain.times, 0);
    node.setFaults({});
    assertComplete(await environment.finished('twice'));
    assertRestartedOnce(node);
  }).timeout(240_000);
});
