import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { TransactionBehaviour } from '../../simulator/transaction-behaviour.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const HASH = /^[0-9A-F]{64}$/;

const kinds = {
  GovVote: { type: 'gov-vote', field: 'govVote', isProposal: false },
  GovSoftwareUpgrade: { type: 'gov-software-upgrade', field: 'govSoftwareUpgrade', isProposal: true },
  GovParamChange: { type: 'gov-param-change', field: 'govParamChange', isProposal: true },
} as const;

interface Outcome {
  readonly promise: string;
  readonly transactions: TransactionBehaviour;
  readonly assertEnd: (task: SeiNodeTask) => void;
  /** Fields of `status.outputs`, of a proposal and of a vote. */
  readonly outputs: { readonly proposal: readonly string[]; readonly vote: readonly string[] };
}

const outcomes: Readonly<Record<string, Outcome>> = {
  ok: {
    promise: 'committed_ok is Confirmed, with outputs',
    transactions: {},
    assertEnd: (task) => assertConfirmed(task),
    outputs: { proposal: ['height', 'proposalId', 'txHash'], vote: ['height', 'txHash'] },
  },
  failed: {
    promise: 'committed_failed is TxFailed, with outputs, the code and the log',
    transactions: { outcome: 'committed_failed' },
    assertEnd: (task) =>
      assertFailed(task, 'TxFailed', 'failed', {
        transaction: /[0-9A-F]{64} at height \d+/,
        code: /5 of sdk: insufficient funds: 1usei/,
      }),
    outputs: { proposal: ['height', 'txHash'], vote: ['height', 'txHash'] },
  },
  unverifiable: {
    promise: 'unverifiable is TaskFailed, says to check on an indexed RPC, and is never sent again',
    transactions: { outcome: 'unverifiable' },
    assertEnd: (task) => assertFailed(task, 'TaskFailed', 'unverifiable'),
    outputs: { proposal: ['txHash'], vote: ['txHash'] },
  },
};

describe('a governance task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  /** Carries one task out on a node of its own, to the end of its workflow. */
  async function carriedOut(name: string, kind: keyof typeof kinds, transactions: TransactionBehaviour) {
    const node = await environment.addNode(name, { sidecarVersion: 'newer', transactions });
    await createTaskOfKind(environment, name, { kind });
    const task = await environment.finished(name);
    const workflow = environment.workflowOf(task);
    await (task.status?.phase === 'Complete' ? workflow.result() : workflowFailure(workflow));
    return { node, task };
  }

  for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const { type, field, isProposal } = kinds[kind];

    function assertSentOnce(node: SimulatedNode, task: SeiNodeTask): void {
      const id = expectedTaskId(task.metadata.uid, kind);
      assert.deepEqual(
        requestsOf(node, 'POST').map(({ body, status }) => [JSON.parse(body).id, status]),
        [[id, 201]],
      );
      assert.deepEqual(
        node.broadcasts.map((broadcast) => [broadcast.taskId, broadcast.type]),
        [[id, type]],
      );
    }

    /** As the sidecar reported them, which is looked up without the service. */
    function assertOutputs(node: SimulatedNode, task: SeiNodeTask, expected: readonly string[]): void {
      const result = node.tasks[0]?.result as Record<string, unknown>;
      const outputs = task.status?.outputs?.[field] ?? {};
      assert.deepEqual(task.status?.outputs, { [field]: outputs });
      assert.deepEqual(Object.keys(outputs).toSorted(), expected);
      assert.match(String(result['txHash']), HASH);
      for (const [name, value] of Object.entries(outputs)) assert.equal(value, result[name], name);
    }

    for (const [title, { promise, transactions, assertEnd, outputs }] of Object.entries(outcomes)) {
      it(`contract §1.5: ${kind}: ${promise}`, async () => {
        const { node, task } = await carriedOut(`${type}-${title}`, kind, transactions);
        assertEnd(task);
        assertSentOnce(node, task);
        assertOutputs(node, task, outputs[isProposal ? 'proposal' : 'vote']);
      });
    }

    if (!isProposal) continue;
    it(`contract §1.5: ${kind}: failed with committed_ok is TaskFailed, with outputs: do not submit it again`, async () => {
      const { node, task } = await carriedOut(`${type}-no-id`, kind, { outcome: 'no_proposal_id' });
      assertFailed(task, 'TaskFailed', 'failedOnChain', { quote: /minted no proposal ID \(parse failure\)/ });
      assertSentOnce(node, task);
      assertOutputs(node, task, ['height', 'txHash']);
    });
  }
});
