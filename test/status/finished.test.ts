import assert from 'node:assert/strict';
import { TestEnvironment } from '../support/test-environment.ts';

const WAIT = ['wait', '--for=condition=Finished', '--timeout=60s'];

describe('`kubectl wait --for=condition=Finished`', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  const ends: Readonly<
    Record<string, readonly [node: Parameters<TestEnvironment['addNode']>[1], phase: string, reason: string]>
  > = {
    good: [{ faults: { slowStopMs: 1_000 } }, 'Complete', 'TaskComplete'],
    stubborn: [{ faults: { ignoreSigterm: true } }, 'Failed', 'TaskFailed'],
  };
  for (const [name, [node, phase, reason]] of Object.entries(ends)) {
    it(`does not return before the task has ended, and returns when it is ${phase}`, async () => {
      await environment.addNode(name, node);
      await environment.restart(name, name);
      const { code, stderr } = await environment.kubectl([...WAIT, `snt/${name}`]);
      assert.equal(code, 0, stderr);
      const { status } = (await environment.tasks.get(environment.namespace, name)) ?? assert.fail('gone');
      assert.deepEqual([status?.phase, status?.reason], [phase, reason]);
      assert.deepEqual(
        status?.conditions?.map(({ type }) => type),
        ['TargetReady', phase === 'Complete' ? 'Ready' : 'Failed', 'Finished'],
      );
    });
  }
});
