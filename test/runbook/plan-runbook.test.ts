import assert from 'node:assert/strict';
import { makeRunbookPlan } from '../../activities/runbook/plan-runbook.ts';
import type { ChainRead } from '../../activities/chain/chain-reader.ts';
import { SidecarError } from '../../activities/errors.ts';
import type { HeldTask } from '../../api/sidecar/sidecar-activity.ts';
import type { PlanResult } from '../../core/runbook/runbook-activities.ts';
import { planSummary } from '../../core/runbook/plan-summary.ts';
import type { ChainObservation } from '../../core/guard/chain-observation.ts';
import { isSameNode } from '../../core/guard/guard-situation.ts';
import { labelSelector } from '../../core/runbook/label-selector.ts';
import type { ResourceClient } from '../../kubernetes/resource-client.ts';
import {
  CHAIN,
  NAMESPACE,
  READ_AT,
  chainObservation,
  chainSource,
  observedNode,
  observedValidator,
} from './made-up-chain.ts';
import { runbookSpec } from './runbook-manifests.ts';

function chainWith(powers: Readonly<Record<number, number>>): ChainObservation {
  const validators = Object.keys(powers).map((number) => observedValidator(`v-${number}`, Number(number)));
  return chainObservation(
    [...validators, observedNode('full-a'), observedNode('full-b')],
    ['full-a', 'full-b'].map((name) => chainSource(name, { powers })),
  );
}

/** Every node of ours is a validator and a source, and one more validator is somebody else's. */
function chainOfSources(count: number): ChainObservation {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const powers = Object.fromEntries([...numbers, count + 1].map((number) => [number, 10]));
  return chainObservation(
    numbers.map((number) => observedValidator(`v-${number}`, number)),
    numbers.map((number) => chainSource(`v-${number}`, { powers })),
  );
}

/** With the sources that the reader of a chain would ask. */
function asRead(observation: ChainObservation, { target, minSources }: ChainRead): ChainObservation {
  const sources = observation.sources.filter((source) => !isSameNode(source, target));
  return { ...observation, sources: sources.slice(0, Math.max(5, minSources)) };
}

/** A restart as a sidecar lists it. */
function restartedAt(endedAtMs: number): HeldTask {
  return { id: 'restart', type: 'restart-seid', status: 'completed', completedAt: new Date(endedAtMs).toISOString() };
}

async function plan(
  spec: object,
  observation = chainWith({ 1: 10, 2: 9, 3: 9, 4: 9 }),
  tasksOf: (node: string) => readonly HeldTask[] = () => [],
): Promise<PlanResult> {
  const items = observation.nodes.map(({ name }) => ({
    metadata: { name, namespace: NAMESPACE, uid: name, resourceVersion: '1' },
    spec: { chainId: CHAIN, [name.startsWith('v') ? 'validator' : 'fullNode']: {} },
    status: { phase: 'Running' },
  }));
  const seiNodes = {
    listPage: async () => await Promise.resolve({ metadata: { resourceVersion: '1' }, items }),
  } as unknown as ResourceClient;
  const chain = { read: async (read: ChainRead) => await Promise.resolve(asRead(observation, read)) };
  return await makeRunbookPlan(
    {
      seiNodes,
      chain,
      clusterId: 'cluster',
      restarts: { read: async () => await Promise.resolve([]) },
      sidecar: { listTasks: async ({ name }) => await Promise.resolve([...tasksOf(name)]) },
    },
    { namespace: NAMESPACE, spec: runbookSpec({ targets: { selector: {} }, ...spec }) },
    { signal: new AbortController().signal, nowMs: () => READ_AT },
  );
}

async function summary(observation: ChainObservation): Promise<string> {
  const planned = await plan({}, observation);
  assert.ok(planned.state === 'planned', JSON.stringify(planned));
  return planSummary(planned.lines);
}

describe('the plan of a runbook', () => {
  it('has the defaults of the CRD, the nodes in order, and what the guard says of each', async () => {
    const planned = await plan({});
    assert.ok(planned.state === 'planned', JSON.stringify(planned));
    assert.deepEqual(planned.plan, {
      cluster: 'cluster',
      namespace: NAMESPACE,
      chainId: CHAIN,
      rules: { maxUnavailable: 1, soakMs: 0, onFailure: 'Pause', maxFailures: 0 },
      gate: { blocks: 20, maxLag: 5, signing: true, timeoutMs: 1_800_000 },
      guard: { minSources: 2 },
      dryRun: false,
    });
    assert.deepEqual(
      planned.lines.map(({ node, numbers }) => `${node} ${numbers.verdict}`),
      ['full-a NotAValidator', 'full-b NotAValidator', 'v-2 Allowed', 'v-3 Allowed', 'v-4 Allowed', 'v-1 Allowed'],
    );
  });

  for (const [count, minSources] of [
    [3, 2],
    [6, 5],
    [9, 8],
  ] as const) {
    it(`has as many sources for each of ${count} nodes as the check before its restart`, async () => {
      const planned = await plan({ guard: { minSources } }, chainOfSources(count));
      assert.ok(planned.state === 'planned', JSON.stringify(planned));
      assert.deepEqual(
        planned.lines.map(({ numbers }) => numbers.verdict),
        Array.from({ length: count }, () => 'Allowed'),
      );
    });
  }

  it('counts validators that were restarted a moment ago, also when another sidecar does not answer', async () => {
    const planned = await plan({}, undefined, (node) => {
      if (node === 'v-3') throw new SidecarError('SIDECAR_CALL_TIMEOUT', 'no answer');
      return [restartedAt(READ_AT - (node === 'v-2' ? 60_000 : 3_600_000))];
    });
    assert.ok(planned.state === 'planned', JSON.stringify(planned));
    assert.deepEqual(
      planned.lines.flatMap(({ node, numbers }) => (numbers.verdict === 'RestartedRecently' ? [node] : [])),
      ['v-2'],
    );
  });

  it('has its numbers: the lowest margin to a third, and what can never pass', async () => {
    assert.match(
      await summary(chainWith({ 1: 10, 2: 9, 3: 9, 4: 9 })),
      /allow 6 of them now\. .* is 3 of 37, with v-1 down/,
    );
    const impossible = await summary(chainWith({ 1: 1, 2: 1, 3: 1 }));
    assert.match(impossible, /allow 2 of them now\. With v-\d down a third or more/);
    assert.match(impossible, /v-1, v-2, v-3 can never pass/);
    assert.match(impossible, /override/);
  });

  const refused: Readonly<Record<string, readonly [spec: object, problem: RegExp]>> = {
    'a spec that is not one': [{ kind: 'RollingUpgrade' }, /spec\.kind/],
    'a negative number': [{ gate: { blocks: -1 } }, /spec\.gate\.blocks/],
    'a selector and a list': [{ targets: { selector: {}, nodes: ['v-1'] } }, /spec\.targets must have exactly one/],
    'a node that is not there': [{ targets: { nodes: ['v-9'] } }, /spec\.targets\.nodes lists v-9/],
    'maxUnavailable 200%': [{ strategy: { maxUnavailable: '200%' } }, /spec\.strategy\.maxUnavailable .*"200%"/],
    'a zone that does not exist': [
      { window: { timeZone: 'Nowhere', ranges: [{ from: '01:00', to: '02:00' }] } },
      /spec\.window\.timeZone .*"Nowhere"/,
    ],
    'a check that is not one': [{ override: { checks: ['Luck'], reason: 'why not' } }, /spec\.override\.checks/],
  };
  for (const [what, [spec, problem]] of Object.entries(refused)) {
    it(`is refused for ${what}, with field and value`, async () => {
      const planned = await plan(spec);
      assert.ok(planned.state === 'refused');
      assert.match(planned.message, problem);
    });
  }
});

describe('the label selector of a runbook', () => {
  it('is the query that the API server understands', () => {
    assert.equal(labelSelector({}), '');
    assert.equal(
      labelSelector({
        matchLabels: { a: '1', 'sei.io/chain': 'x' },
        matchExpressions: [
          { key: 'b', operator: 'In', values: ['1', '2'] },
          { key: 'c', operator: 'NotIn', values: ['3'] },
          { key: 'd', operator: 'Exists' },
          { key: 'e', operator: 'DoesNotExist' },
        ],
      }),
      'a=1,sei.io/chain=x,b in (1,2),c notin (3),d,!e',
    );
  });
});
