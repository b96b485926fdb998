import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TaskKind, definitionOf } from '../../api/task-kinds.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import type { TransactionBehaviour } from '../../simulator/transaction-behaviour.ts';
import { checkedPayloads } from '../api/payload-examples.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertComplete, assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { polledAgain } from '../support/polled-again.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { begunAMinuteAgo, sentAMinuteAgo } from './begun-task.ts';

const UNREACHABLE_HEIGHT = 1_000_000_000;
/** Longer than the test: it is ended from outside. */
const HELD = { inclusionDelayMs: 600_000 };

interface Begun {
  readonly kind: TaskKind;
  readonly payload?: object;
  readonly timeoutSeconds?: number;
  /** Whether the sidecar has it. */
  readonly sent: boolean;
  /** Whether the other controller noted that it had sent it. Default: no. */
  readonly noted?: boolean;
  readonly transactions?: TransactionBehaviour;
}

/** Each is on a node of its own, which is named after it. */
const begun: Readonly<Record<string, Begun>> = {
  pending: { kind: 'GovVote', sent: true, transactions: { outcome: 'pending' } },
  'in-flight': { kind: 'GovSoftwareUpgrade', sent: true, transactions: HELD },
  included: { kind: 'GovVote', payload: { memo: '' }, sent: true },
  undetermined: { kind: 'GovParamChange', sent: true, transactions: { outcome: 'pending' }, timeoutSeconds: 30 },
  'not-sent': { kind: 'GovVote', sent: false },
  forgotten: { kind: 'GovVote', sent: false, noted: true, timeoutSeconds: 65 },
  'forgotten-unbounded': { kind: 'GovSoftwareUpgrade', sent: false, noted: true },
  'at-height': { kind: 'AwaitNodesAtHeight', sent: true },
  awaiting: {
    kind: 'AwaitNodesAtHeight',
    payload: { targetHeight: UNREACHABLE_HEIGHT },
    timeoutSeconds: 30,
    sent: true,
  },
  'marked-ready': { kind: 'MarkReady', sent: true },
  'to-mark-ready': { kind: 'MarkReady', sent: false },
};

describe('a task of each kind that another controller has started', () => {
  let environment: TestEnvironment;
  const ids = new Map<string, string>();

  before(async () => {
    environment = await TestEnvironment.create();
    await Promise.all(Object.entries(begun).map(([name, task]) => begin(name, task)));
    await environment.startService();
  });

  after(() => environment.stop());

  async function begin(name: string, { sent, noted = false, transactions = {}, ...task }: Begun): Promise<void> {
    const node = await environment.addNode(name, { sidecarVersion: 'newer', transactions });
    await createTaskOfKind(environment, name, task);
    const id = randomUUID();
    ids.set(name, id);
    await environment.tasks.patchStatus(
      { namespace: environment.namespace, name },
      { status: noted ? sentAMinuteAgo(id) : begunAMinuteAgo(id) },
    );
    if (!sent) return;
    const { sidecarTask = '' } = definitionOf(task.kind);
    const params = { keyName: 'validator', condition: 'height', ...checkedPayloads[task.kind], ...task.payload };
    node.sidecar.submit({ id, type: sidecarTask, params });
    if (name !== 'in-flight' && name !== 'awaiting')
      await eventually(`${name} is over on its sidecar`, () => node.tasks[0]?.status !== 'running');
  }

  function nodeOf(name: string): SimulatedNode {
    return environment.fleet.node(environment.namespace, name);
  }

  function postedIds(name: string): string[] {
    return requestsOf(nodeOf(name), 'POST').map(({ body }) => (JSON.parse(body) as { id: string }).id);
  }

  async function endOf(name: string): Promise<SeiNodeTask> {
    const task = await environment.finished(name);
    assert.equal(task.status?.task?.id, ids.get(name));
    return task;
  }

  it('continues with a pending transaction under its id, without a second one', async () => {
    await eventually('it is submitted again', () => postedIds('pending').length > 1);
    nodeOf('pending').setTransactions({});
    const task = await endOf('pending');
    assertConfirmed(task);
    assert.ok(task.status?.outputs?.govVote?.txHash);
    assert.deepEqual([...new Set(postedIds('pending'))], [ids.get('pending')]);
    assert.equal(nodeOf('pending').broadcasts.length, 1);
  });

  it('waits for a transaction that the sidecar is working on, and submits nothing', async () => {
    await environment.taskWhere('in-flight', 'is watched', ({ status }) => status?.step === 'Submitting');
    nodeOf('in-flight').setTransactions({});
    assertConfirmed(await endOf('in-flight'));
    assert.deepEqual(postedIds('in-flight'), []);
    assert.equal(nodeOf('in-flight').broadcasts.length, 1);
  });

  it('reports an included transaction with its hash and height', async () => {
    const [sent] = nodeOf('included').tasks;
    assert.ok(sent);
    const { txHash, height } = sent.result as { txHash: string; height: number };
    const task = await endOf('included');
    assertConfirmed(task);
    assert.deepEqual(task.status?.outputs, { govVote: { txHash, height } });
    assert.deepEqual(postedIds('included'), []);
  });

  it('does not submit a pending transaction again after its deadline', async () => {
    const task = await endOf('undetermined');
    assertFailed(task, 'InclusionUndetermined', 'pending', { time: /\b30s/ });
    assert.ok(task.status?.outputs?.govParamChange?.txHash);
    assert.deepEqual(postedIds('undetermined'), []);
  });

  it('sends a transaction once that the sidecar does not know', async () => {
    assertConfirmed(await endOf('not-sent'));
    assert.deepEqual(postedIds('not-sent'), [ids.get('not-sent')]);
    assert.equal(nodeOf('not-sent').broadcasts.length, 1);
  });

  it('never sends a transaction again that was sent and that the sidecar no longer knows', async () => {
    const warning = 'involvedObject.name=forgotten-unbounded,reason=SidecarTaskUnknown,type=Warning';
    const told = await eventually('it is recorded', async () => {
      const output = 'jsonpath={.items[*].message}';
      return (await environment.kubectl(['get', 'events', '--field-selector', warning, '-o', output])).stdout;
    });
    const { status } = (await environment.tasks.get(environment.namespace, 'forgotten-unbounded')) ?? {};
    assert.equal(status?.step, 'Submitting');
    assert.ok(status.message?.includes(told), status.message);
    const task = await endOf('forgotten');
    assertFailed(task, 'Timeout', 'over', { whereabouts: 'acceptedAndGone' });
    assert.ok(task.status?.task?.submittedAt);
    await polledAgain(nodeOf('forgotten-unbounded'));
    for (const name of ['forgotten', 'forgotten-unbounded']) {
      assert.deepEqual([postedIds(name), nodeOf(name).broadcasts], [[], []]);
    }
  });

  it('reports the height of a wait that has ended', async () => {
    const task = await endOf('at-height');
    assertComplete(task);
    assert.ok(task.status?.outputs?.awaitNodesAtHeight?.currentHeight);
    assert.deepEqual(postedIds('at-height'), []);
  });

  it('takes a wait off the sidecar whose deadline had passed', async () => {
    assertFailed(await endOf('awaiting'), 'Timeout', 'takenOff', { time: ' after 30s' });
    assert.deepEqual(postedIds('awaiting'), []);
    assert.deepEqual(nodeOf('awaiting').tasks, []);
  });

  it('marks a node ready once', async () => {
    assertComplete(await endOf('marked-ready'));
    assert.deepEqual(postedIds('marked-ready'), []);
    assertComplete(await endOf('to-mark-ready'));
    assert.deepEqual(postedIds('to-mark-ready'), [ids.get('to-mark-ready')]);
  });
});
