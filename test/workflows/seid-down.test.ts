import assert from 'node:assert/strict';
import { RestartSeid } from '../../api/kinds/restart-seid.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** Long enough for a restart to be sent in that time. */
const CONTAINER_RESTART_MS = 20_000;

describe('a restart of a seid that is down already', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('quotes the sidecar, and does not claim a SIGTERM: none was sent', async () => {
    const node = await environment.addNode('down', { containerRestartDelayMs: CONTAINER_RESTART_MS });
    process.kill(node.seidPid ?? assert.fail('seid does not run'), 'SIGABRT');
    await eventually('seid has crashed', () => node.seidPid === undefined);
    await environment.restart('down', 'down');
    await eventually('it was sent', () => requestsOf(node, 'POST').length === 1);
    assert.equal(node.seidPid, undefined);
    const task = await environment.finished('down');
    const result = RestartSeid.complete({ node: { namespace: environment.namespace, name: 'down' }, payload: {} });
    assertComplete(task, 'complete', { result });
    assert.equal(node.sigtermsReceived, 0);
    assert.doesNotMatch(task.status?.message ?? '', /SIGTERM|was restarted/);
  });
});
