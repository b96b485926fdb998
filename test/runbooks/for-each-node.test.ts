import assert from 'node:assert/strict';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ChildWorkflowFailure } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import { forEachNode, type FailedNodes, type ForEachNodeOptions } from '../../workflows/runbooks/for-each-node.ts';

const nodesNamed = (...names: readonly string[]): NodeReference[] => names.map((name) => ({ namespace: 'sei', name }));
const FIVE = nodesNamed('a', 'b', 'c', 'd', 'e');

/** As a child workflow that failed, whose own failure says why. */
function childFailure(cause: Error): ChildWorkflowFailure {
  return new ChildWorkflowFailure('sei', { workflowId: 'child' }, 'RestartSeid', 'NON_RETRYABLE_FAILURE', cause);
}
const failed = (message: string): Error => childFailure(ApplicationFailure.nonRetryable(message, 'TaskFailed'));

interface Course {
  readonly begun: string[];
  readonly most: number;
  readonly results?: readonly string[];
  readonly error?: unknown;
}

/** Runs it on five nodes, of which `errors` are thrown after a turn of the loop. */
async function courseOf(options: ForEachNodeOptions, errors: Readonly<Record<string, Error>> = {}): Promise<Course> {
  const begun: string[] = [];
  let atHand = 0;
  let most = 0;
  const body = async ({ name }: NodeReference): Promise<string> => {
    begun.push(name);
    atHand += 1;
    most = Math.max(most, atHand);
    await new Promise((resolve) => setImmediate(resolve));
    atHand -= 1;
    if (errors[name] !== undefined) throw errors[name];
    return name.toUpperCase();
  };
  try {
    const results = await forEachNode(FIVE, body, options);
    return { begun, most, results };
  } catch (error) {
    assert.equal(atHand, 0, 'every node at hand is finished first');
    return { begun, most, error };
  }
}

function nodesOf(error: unknown): FailedNodes {
  assert.ok(error instanceof ApplicationFailure && error.type === 'NodesFailed' && error.nonRetryable, String(error));
  return error.details?.[0] as FailedNodes;
}

describe('forEachNode', () => {
  for (const [maxUnavailable, most] of [
    [undefined, 1],
    [2, 2],
    [9, 5],
  ] as const) {
    it(`works on the nodes in their order, ${most} at a time, with maxUnavailable ${maxUnavailable ?? 'unset'}`, async () => {
      assert.deepEqual(await courseOf(maxUnavailable === undefined ? {} : { maxUnavailable }), {
        begun: ['a', 'b', 'c', 'd', 'e'],
        most,
        results: ['A', 'B', 'C', 'D', 'E'],
      });
    });
  }

  it('begins no further node after a failure, finishes the one at hand, and names all of them', async () => {
    const { begun, error } = await courseOf({ maxUnavailable: 2 }, { a: failed('seid did not come back') });
    assert.deepEqual(begun, ['a', 'b']);
    assert.deepEqual(nodesOf(error), {
      failed: [{ namespace: 'sei', name: 'a', message: 'seid did not come back' }],
      notBegun: nodesNamed('c', 'd', 'e'),
    });
    const { message } = error as Error;
    for (const text of ['1 of 5', 'sei/a: seid did not come back', 'sei/c', 'sei/e'])
      assert.ok(message.includes(text), message);
  });

  it('begins every node with onFailure Continue', async () => {
    const { begun, error } = await courseOf({ onFailure: 'Continue' }, { a: failed('one'), d: failed('two') });
    assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'e']);
    const { failed: nodes, notBegun } = nodesOf(error);
    assert.deepEqual(
      nodes.map(({ name, message }) => [name, message]),
      [
        ['a', 'one'],
        ['d', 'two'],
      ],
    );
    assert.deepEqual(notBegun, []);
  });

  const thrown = {
    'a cancellation': new CancelledFailure('cancelled'),
    'a child that was cancelled': childFailure(new CancelledFailure('cancelled')),
    'an error in the code of the runbook': new TypeError('undefined is not a function'),
  };
  for (const [what, error] of Object.entries(thrown)) {
    it(`throws ${what} as it is, also with onFailure Continue and another failure, and begins no further node`, async () => {
      const course = await courseOf({ onFailure: 'Continue' }, { a: failed('one'), b: error });
      assert.deepEqual([course.begun, course.error], [['a', 'b'], error]);
    });
  }

  const refused: Readonly<Record<string, readonly [NodeReference[], ForEachNodeOptions, RegExp]>> = {
    'no node': [[], {}, /nodes .*\[\]/],
    'an input without the list': [undefined as never, {}, /nodes .*undefined/],
    'a node that is only a name': [['validator-0'] as never, {}, /nodes .*"validator-0"/],
    'a node twice': [nodesNamed('a', 'b', 'a'), {}, /nodes .*sei\/a twice/],
    'maxUnavailable 0': [FIVE, { maxUnavailable: 0 }, /maxUnavailable .*\b0\b/],
    'maxUnavailable 1.5': [FIVE, { maxUnavailable: 1.5 }, /maxUnavailable .*1\.5/],
    'maxUnavailable NaN': [FIVE, { maxUnavailable: Number.NaN }, /maxUnavailable/],
    'a text as maxUnavailable': [FIVE, { maxUnavailable: '50%' as never }, /maxUnavailable .*"50%"/],
  };
  for (const [what, [nodes, options, message]] of Object.entries(refused)) {
    it(`refuses ${what}, and begins nothing`, async () => {
      let begun = 0;
      const run = forEachNode(nodes, async () => void (begun += 1), options);
      await assert.rejects(run, { type: 'InvalidSpec', nonRetryable: true, message });
      assert.equal(begun, 0);
    });
  }

  it('takes nodes of the same name in different namespaces', async () => {
    const nodes = ['one', 'two'].map((namespace) => ({ namespace, name: 'syncer-0' }));
    assert.deepEqual(await forEachNode(nodes, async ({ namespace }) => namespace), ['one', 'two']);
  });
});
