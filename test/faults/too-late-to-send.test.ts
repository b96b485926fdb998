import assert from 'node:assert/strict';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { executionStartedMs } from '../support/execution-started-ms.ts';
import { requestsOf } from '../support/requests-of.ts';
import { StoppableService } from '../support/stoppable-service.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const UNAVAILABLE = { answerStatus: { method: 'GET', status: 503 } } as const;

describe('a restart whose execution time is over before it could be sent', () => {
  let environment: TestEnvironment;
  let service: StoppableService;

  before(async () => {
    environment = await TestEnvironment.create();
    service = await StoppableService.start(environment);
  });

  after(() => environment.stop());

  async function executionHasLasted(name: string, seconds: number): Promise<void> {
    const begun = await environment.taskWhere(name, 'has begun', (task) => !Number.isNaN(executionStartedMs(task)));
    await eventually(`${name} has lasted ${seconds} s`, () => Date.now() > executionStartedMs(begun) + 1_000 * seconds);
  }

  async function assertNotSent({ name, sigtermsReceived, tasks }: SimulatedNode): Promise<void> {
    const task = await environment.finished(name);
    assertFailed(task, 'Timeout', 'tooLateToBegin', { whereabouts: 'unsent' });
    const workflow = environment.workflowOf(task);
    await eventually('its workflow is over', async () => (await workflow.describe()).status.name !== 'RUNNING');
    assert.deepEqual([tasks, sigtermsReceived], [[], 0]);
  }

  it('is not sent when the list of the sidecar arrives too late', async () => {
    const node = await environment.addNode('list', {
      faults: { answerStatus: { ...UNAVAILABLE.answerStatus, times: 1 } },
    });
    const listed = service.sidecars.stop('list', {
      after: ({ method, path }) => method === 'GET' && path.endsWith('/v0/tasks'),
    });
    await environment.restart('list', 'list', { timeoutSeconds: 4 });
    await listed;
    await executionHasLasted('list', 5);
    service.sidecars.resume('list');
    await assertNotSent(node);
    assert.deepEqual(requestsOf(node, 'POST'), []);
  });

  it('is not sent when less is left than a restart needs: half of a short execution time', async () => {
    const node = await environment.addNode('short', { faults: UNAVAILABLE });
    await environment.restart('short', 'short', { timeoutSeconds: 20 });
    await executionHasLasted('short', 11);
    node.setFaults({});
    await assertNotSent(node);
    assert.deepEqual(requestsOf(node, 'POST'), []);
    const looks = requestsOf(node, 'GET').filter(({ status }) => status === 404);
    assert.equal(looks.length, 1, 'the sidecar said that it could take the task');
  });

  it('is not sent by a service that was stopped before it could send it, and came back too late', async () => {
    const node = await environment.addNode('away', { faults: UNAVAILABLE });
    await environment.restart('away', 'away', { timeoutSeconds: 12 });
    await executionHasLasted('away', 0);
    await service.service.process.stop(30_000);
    await executionHasLasted('away', 13);
    node.setFaults({});
    await environment.startService();
    await assertNotSent(node);
    assert.deepEqual(requestsOf(node, 'POST'), []);
  });
});
