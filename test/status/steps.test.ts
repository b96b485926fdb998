import assert from 'node:assert/strict';
import type { TaskKind } from '../../api/task-kinds.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const HELD = { inclusionDelayMs: 600_000 };
const targetHeight = 1_000_000_000;

/** Each on a node that never lets it end. */
const atWork: readonly {
  readonly kind: TaskKind;
  readonly payload?: object;
  readonly step: string;
  readonly message: RegExp;
}[] = [
  { kind: 'RestartSeid', step: 'Restarting', message: /restarts seid in place/ },
  {
    kind: 'AwaitNodesAtHeight',
    payload: { targetHeight },
    step: 'AwaitingHeight',
    message: /reaches height 1000000000\. It is at height \d+\./,
  },
  {
    kind: 'AwaitCondition',
    payload: { height: { targetHeight } },
    step: 'AwaitingHeight',
    message: /reaches height 1000000000\. It is at height \d+\./,
  },
  { kind: 'GovVote', step: 'Submitting', message: /submits the vote/ },
  { kind: 'GovSoftwareUpgrade', step: 'Submitting', message: /submits the proposal/ },
  { kind: 'GovParamChange', step: 'Submitting', message: /submits the proposal/ },
  {
    kind: 'UpdateNodeImage',
    step: 'RollingOut',
    message: /spec\.image of SeiNode \S+ is set to \S+; waiting until the node runs it/,
  },
];

describe('the status of a running task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const { kind, payload = {}, step, message } of atWork) {
    it(`says ${step} for ${kind}, also in kubectl get -o wide`, async () => {
      const name = kind.toLowerCase();
      await environment.addNode(name, { sidecarVersion: 'newer', transactions: HELD, faults: { slowStopMs: 600_000 } });
      await createTaskOfKind(environment, name, { kind, payload });
      const { metadata, status } = await environment.taskWhere(
        name,
        `is ${step}`,
        (task) => task.status?.step === step,
      );
      assert.equal(status?.phase, 'Running');
      assert.match(status?.message ?? '', message);
      assert.ok(status?.message?.includes(`SeiNode ${environment.namespace}/${name}`), status?.message);
      assert.deepEqual([status?.reason, status?.completedAt, status?.duration], [undefined, undefined, undefined]);
      const { stdout } = await environment.kubectl(['get', 'snt', name, '-o', 'wide', '--no-headers']);
      const workflow = `seinodetask/${environment.namespace}/${name}/${metadata.uid}`;
      assert.match(stdout, new RegExp(`^${name} +${kind} +${name} +Running +\\S+ +${step} +${workflow} +\\S`));
      assert.match(stdout, message);
    });
  }
});
