import assert from 'node:assert/strict';
import { TaskWatch } from '../../dev/task-watch.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { StoppableService } from '../support/stoppable-service.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('the status write that a task is queued', () => {
  let environment: TestEnvironment;
  let service: StoppableService;

  before(async () => {
    environment = await TestEnvironment.create();
    service = await StoppableService.start(environment);
  });

  after(() => environment.stop());

  it('never arrives after a later one, however slow the API server is', async () => {
    const node = await environment.addNode('busy', { faults: { neverBoot: true } });
    await environment.restart('holder', 'busy');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    const watch = environment.added.use(await TaskWatch.start(environment.admin, environment.namespace));
    const written = watch.statusesOf('late');
    const stopped = service.apiServer.stop('late', {
      before: ({ method, body }) => method === 'PATCH' && body.includes('"step":"Queued"'),
    });
    await environment.restart('late', 'busy');
    await stopped;
    node.setFaults({});
    assertComplete(await environment.finished('holder'));
    await environment.permitIsFree('busy');
    service.apiServer.resume('late');
    assertComplete(await environment.finished('late'));
    await eventually('the watch sees the end', () => written.at(-1)?.phase === 'Complete');
    const steps = written.map(({ step }) => step);
    assert.ok(steps.includes('Dispatching'), steps.join());
    assert.deepEqual(
      steps.slice(steps.indexOf('Dispatching')).filter((step) => step === 'Queued'),
      [],
    );
  });
});
