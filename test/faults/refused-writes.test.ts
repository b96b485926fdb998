import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertOneAtATime } from '../support/assert-one-at-a-time.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { executionStartedMs } from '../support/execution-started-ms.ts';
import type { Refusals } from '../support/http-gate.ts';
import { requestsOf } from '../support/requests-of.ts';
import { StoppableService, writes } from '../support/stoppable-service.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** An account that lacks the right to write. */
const FORBIDDEN = 403;

interface Course {
  readonly node: Parameters<TestEnvironment['addNode']>[1];
  /** Part of the write that is refused. */
  readonly write: string;
  /** Lets the restart continue when writes are accepted again. */
  readonly release: (name: string) => unknown;
}

async function refusedAgain(refusals: Refusals, times: number): Promise<void> {
  const wanted = refusals.times + times;
  await eventually(`${times} writes are refused`, () => refusals.times >= wanted);
}

describe('an API server that does not accept status writes', () => {
  let environment: TestEnvironment;
  let service: StoppableService;

  before(async () => {
    environment = await TestEnvironment.create();
    service = await StoppableService.start(environment);
  });

  after(() => environment.stop());

  function refuse(name: string, write: string, status?: number): Refusals {
    return service.apiServer.refuse(name, ({ method, body }) => method === 'PATCH' && body.includes(write), status);
  }

  async function eventsOf(task: SeiNodeTask): Promise<number> {
    return (await environment.workflowOf(task).fetchHistory()).events?.length ?? 0;
  }

  const boot = (name: string): void => environment.fleet.node(environment.namespace, name).setFaults({});
  const courses: Readonly<Record<string, Course>> = {
    waiting: {
      node: { phase: 'Pending' },
      write: '"step":"WaitingForTarget"',
      release: (name) => environment.setPhase(name, 'Running'),
    },
    begins: { node: {}, write: '"phase":"Running"', release: () => {} },
    works: { node: { faults: { neverBoot: true } }, write: '"step":"Restarting"', release: boot },
    ends: { node: {}, write: '"phase":"Complete"', release: () => {} },
  };
  for (const [place, { node: options, write, release }] of Object.entries(courses)) {
    for (const [how, status] of Object.entries({ away: undefined, forbidden: FORBIDDEN })) {
      it(`costs the workflow no history, however long that lasts: ${place}, ${how}`, async () => {
        const name = `${place}-${how}`;
        const node = await environment.addNode(name, options);
        const refusals = refuse(name, write, status);
        const task = await environment.restart(name, name);
        await refusedAgain(refusals, 2);
        const before = await eventsOf(task);
        await refusedAgain(refusals, 3);
        assert.equal(await eventsOf(task), before);
        service.apiServer.resume(name);
        await release(name);
        assertComplete(await environment.finished(name));
        assertRestartedOnce(node);
      });
    }
  }

  it('does not use execution time that has not started', async () => {
    const node = await environment.addNode('kept');
    const refusals = refuse('kept', '"phase":"Running"');
    await environment.restart('kept', 'kept', { timeoutSeconds: 4 });
    await refusedAgain(refusals, 1);
    const sinceMs = Date.now();
    await eventually('more than the execution time has passed', () => Date.now() > sinceMs + 6_000);
    assert.deepEqual(requestsOf(node, 'POST'), []);
    service.apiServer.resume('kept');
    const task = await environment.finished('kept');
    assertComplete(task);
    assert.ok(executionStartedMs(task) >= sinceMs + 4_000, 'it began when the API server was back');
    assertRestartedOnce(node);
  });

  it('does not use execution time while its answer to that write is delayed', async () => {
    const node = await environment.addNode('slow');
    const written = service.apiServer.stop('slow', { after: writes('Running') });
    await environment.restart('slow', 'slow', { timeoutSeconds: 4 });
    await written;
    const sinceMs = Date.now();
    await eventually('more than the execution time has passed', () => Date.now() > sinceMs + 5_000);
    assert.deepEqual(requestsOf(node, 'POST'), []);
    service.apiServer.resume('slow');
    assertComplete(await environment.finished('slow'));
    assertRestartedOnce(node);
  });

  it('does not block a node for the next task when the work on it has ended', async () => {
    const node = await environment.addNode('freed', { faults: { neverBoot: true } });
    await environment.restart('holder', 'freed');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.restart('next', 'freed');
    await environment.queued('next');
    const refusals = refuse('holder', '"phase":"Complete"');
    node.setFaults({});
    await refusedAgain(refusals, 1);
    assertComplete(await environment.finished('next'));
    assert.equal((await environment.tasks.get(environment.namespace, 'holder'))?.status?.phase, 'Running');
    service.apiServer.resume('holder');
    assertComplete(await environment.finished('holder'));
    assert.equal(node.sigtermsReceived, 2);
    assertOneAtATime(node);
  });
});
