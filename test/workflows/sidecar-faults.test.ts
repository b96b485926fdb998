import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { Faults } from '../../simulator/faults.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

type FaultOf = (scope: NonNullable<Faults['hang']>) => Faults;

/** What can go wrong with one call, whatever its method. */
const faults: Readonly<Record<string, FaultOf>> = {
  'refuses connections': (scope) => ({ refuseConnections: scope }),
  'answers 401': (scope) => ({ answerStatus: { ...scope, status: 401 } }),
  'answers 403': (scope) => ({ answerStatus: { ...scope, status: 403 } }),
  'answers 500': (scope) => ({ answerStatus: { ...scope, status: 500 } }),
  'answers 503': (scope) => ({ answerStatus: { ...scope, status: 503 } }),
  'answers with HTML': (scope) => ({ garbage: { ...scope, body: 'html' } }),
  'answers half a body': (scope) => ({ garbage: { ...scope, body: 'half' } }),
  'answers without a body': (scope) => ({ garbage: { ...scope, body: 'empty' } }),
  'answers 10 MB': (scope) => ({ garbage: { ...scope, body: 'huge' } }),
  'does not answer': (scope) => ({ hang: { ...scope, times: 1 } }),
};

/** seid serves again only when its node says so, so that the fault is sure to meet the poll. */
const SLOW = { slowStopMs: 1_000 };
interface PassingFault {
  readonly name: string;
  readonly whileSending?: Faults;
  readonly whilePolling?: Faults;
}

const passing: readonly PassingFault[] = [
  ...Object.entries(faults).map(([name, faultOf]) => ({
    name: `${name} to a POST`,
    whileSending: faultOf({ method: 'POST', times: 2 }),
  })),
  {
    name: 'cannot write its store just then',
    whileSending: {
      answerStatus: { method: 'POST', status: 400, error: 'persist task: database is locked', times: 2 },
    },
  },
  ...Object.entries(faults).map(([name, faultOf]) => ({
    name: `${name} to the GET before the POST`,
    whileSending: faultOf({ method: 'GET', times: 2 }),
  })),
  ...Object.entries(faults).map(([name, faultOf]) => ({
    name: `${name} to a poll`,
    whilePolling: faultOf({ method: 'GET', times: 3 }),
  })),
  { name: 'answers 404 before the task appears', whilePolling: { taskNotFound: { times: 3 } } },
];

describe('a sidecar that misbehaves for a while', () => {
  let environment: TestEnvironment;
  let ends: readonly Promise<{ node: SimulatedNode; task: SeiNodeTask }>[];

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    ends = passing.map((fault, index) => restartThrough(`node-${index}`, fault));
    await Promise.allSettled(ends);
  });

  after(() => environment.stop());

  async function restartThrough(name: string, { whileSending, whilePolling }: PassingFault) {
    const node = await environment.addNode(name);
    node.setFaults({ ...SLOW, ...whileSending });
    await environment.restart(name, name);
    if (whilePolling !== undefined) {
      await eventually('seid was signalled', () => node.sigtermsReceived === 1);
      node.setFaults(whilePolling);
    }
    return { node, task: await environment.finished(name) };
  }

  passing.forEach(({ name }, index) => {
    it(`${name}: the restart completes, once`, async () => {
      const { node, task } = await (ends[index] ?? assert.fail());
      assertComplete(task);
      assert.equal(node.sigtermsReceived, 1);
      assert.deepEqual(
        node.tasks.map(({ run, status }) => [run, status]),
        [[1, 'completed']],
      );
      assert.deepEqual(
        Object.keys(node.faults).filter((fault) => fault !== 'slowStopMs'),
        [],
        'the fault was met',
      );
    });
  });
});

describe('a sidecar that misbehaves permanently', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('gets no task when it accepts none: Timeout, and the verdict says so', async () => {
    const node = await environment.addNode('takes-none', {
      faults: { answerStatus: { method: 'POST', status: 500, error: 'no space left on device' } },
    });
    await environment.restart('takes-none', 'takes-none', { timeoutSeconds: 3 });
    const task = await environment.finished('takes-none');
    assertFailed(task, 'Timeout', 'over', {
      time: ' after 3s',
      whereabouts: 'perhapsSentAndGone',
      problem: /no space left on device/,
    });
    assert.ok(requestsOf(node, 'POST').length > 1);
    assert.equal(node.sigtermsReceived, 0);
    const began = Date.parse(task.status?.task?.executionStartedAt ?? '');
    assert.ok(Date.parse(task.status?.phaseTransitionTime ?? '') - began >= 3_000, 'not before its time');
  });

  it('cannot keep a restart open after its deadline by not answering', async () => {
    const node = await environment.addNode('falls-silent');
    node.setFaults(SLOW);
    await environment.restart('falls-silent', 'falls-silent', { timeoutSeconds: 3 });
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    node.setFaults({ refuseConnections: {} });
    const task = await environment.finished('falls-silent');
    assertFailed(task, 'Timeout', 'over', { time: ' after 3s', whereabouts: 'acceptedAndUnasked' });
    assert.equal(requestsOf(node, 'POST').length, 1);
  });
});
