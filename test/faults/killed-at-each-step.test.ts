import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { StoppableService } from '../support/stoppable-service.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { restartSteps, type Place, type Step } from './restart-steps.ts';

const nameOf = (step: Step): string => `node-${restartSteps.indexOf(step)}`;

function assertEnd(task: SeiNodeTask, { end }: Step): void {
  if (end === undefined) assertComplete(task);
  else assertFailed(task, end, 'failed', { quote: /still alive 50ms after SIGTERM/ });
}

describe('a restart whose service was killed', () => {
  let environment: TestEnvironment;
  const sentAtDeath = new Map<Step, boolean>();

  before(async () => {
    environment = await TestEnvironment.create();
    const service = await StoppableService.start(environment);
    const places = await Promise.all(restartSteps.map(async (step) => [step, await bringTo(step, service)] as const));
    await service.kill();
    for (const [step, { node }] of places) sentAtDeath.set(step, node.tasks.length === 1);
    await Promise.all(places.map(([step, place]) => step.meanwhile?.(place)));
    await environment.startService();
    await Promise.all(places.map(([step, place]) => step.afterwards?.(place)));
  });

  after(() => environment.stop());

  async function bringTo(step: Step, service: StoppableService): Promise<Place> {
    const name = nameOf(step);
    const node = await environment.addNode(name, step.node);
    const place = { environment, service, node, name };
    const reached = step.reach(place);
    await environment.restart(name, name);
    await reached;
    return place;
  }

  for (const step of restartSteps) {
    it(`${step.name}: the next one ends it, sent once`, async () => {
      const node = environment.fleet.node(environment.namespace, nameOf(step));
      const task = await environment.finished(nameOf(step));
      assertEnd(task, step);
      assert.equal(sentAtDeath.get(step), step.sent, 'it was killed at this step');
      const id = expectedTaskId(task.metadata.uid, 'RestartSeid');
      assert.equal(task.status?.task?.id, id);
      assert.deepEqual(
        node.tasks.map((seen) => [seen.id, seen.run]),
        [[id, 1]],
      );
      assert.equal(requestsOf(node, 'POST').length, 1);
      assert.equal(node.sigtermsReceived, 1);
    });
  }

  it('after the verdict was written: the next one records its Event', async () => {
    const step = restartSteps.find(({ name }) => name === 'when Complete was written and nobody told') ?? assert.fail();
    await eventually('the Event is there', async () => {
      const { stdout } = await environment.kubectl(['describe', 'snt', nameOf(step)]);
      return /Normal +TaskComplete/.test(stdout);
    });
  });
});
