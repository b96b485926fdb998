import assert from 'node:assert/strict';
import { definitionOf, type TaskKind } from '../../api/task-kinds.ts';
import { checkedPayloads } from '../api/payload-examples.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const HELD = { inclusionDelayMs: 600_000 };
const targetHeight = 1_000_000_000;

/** Each on a node that never lets it end. */
const atWork: readonly {
  readonly kind: TaskKind;
  readonly payload?: object;
  readonly step: string;
  /** What follows the sentence of its kind. Unset: anything. */
  readonly told?: RegExp;
}[] = [
  { kind: 'RestartSeid', step: 'Restarting' },
  {
    kind: 'AwaitNodesAtHeight',
    payload: { targetHeight },
    step: 'AwaitingHeight',
    told: / \d+\./,
  },
  {
    kind: 'AwaitCondition',
    payload: { height: { targetHeight } },
    step: 'AwaitingHeight',
    told: / \d+\./,
  },
  { kind: 'GovVote', step: 'Submitting' },
  { kind: 'GovSoftwareUpgrade', step: 'Submitting' },
  { kind: 'GovParamChange', step: 'Submitting' },
  { kind: 'UpdateNodeImage', step: 'RollingOut' },
];

describe('the status of a running task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const { kind, payload = {}, step, told } of atWork) {
    it(`says ${step} for ${kind}, also in kubectl get -o wide`, async () => {
      const name = kind.toLowerCase();
      await environment.addNode(name, { sidecarVersion: 'newer', transactions: HELD, faults: { slowStopMs: 600_000 } });
      await createTaskOfKind(environment, name, { kind, payload });
      const working = definitionOf(kind).working({
        node: { namespace: environment.namespace, name },
        payload: { ...checkedPayloads[kind], ...payload } as never,
      });
      const { metadata, status } = await environment.taskWhere(
        name,
        `is ${step}`,
        (task) => task.status?.step === step,
      );
      assert.equal(status?.phase, 'Running');
      const { message = '' } = status ?? {};
      assert.ok(message.startsWith(working), message);
      if (told !== undefined) assert.match(message.slice(working.length), told);
      assert.deepEqual([status?.reason, status?.completedAt, status?.duration], [undefined, undefined, undefined]);
      const { stdout } = await environment.kubectl(['get', 'snt', name, '-o', 'wide', '--no-headers']);
      const workflow = `seinodetask/${environment.namespace}/${name}/${metadata.uid}`;
      assert.match(stdout, new RegExp(`^${name} +${kind} +${name} +Running +\\S+ +${step} +${workflow} +\\S`));
      assert.ok(stdout.includes(working), stdout);
    });
  }
});
