import assert from 'node:assert/strict';
import type { DispatchRequest } from '../../core/activities.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { scheduledActivity } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const label = { selector: { matchLabels: { role: 'sentry' } } };
const ec2Tags = { region: 'eu-central-1', tags: { ChainIdentifier: 'test-1', Component: 'state-syncer' } };
const fixed = ['a1@203.0.113.1:26656', 'a2@203.0.113.2:26656'];
const resolved = ['b1@198.51.100.1:26656'];

/** What the simulator finds by tags. */
const INSTANCE = /^[0-9a-f]{40}@203\.0\.113\.\d+:26656$/;

interface Sources {
  readonly promise: string;
  readonly peers: readonly object[];
  readonly resolvedPeers?: readonly string[];
  /** What the sidecar receives. */
  readonly sources: readonly object[];
  /** The peers in config.toml afterwards. */
  readonly configured: readonly (string | RegExp)[];
}

const usable: Readonly<Record<string, Sources>> = {
  tags: {
    promise: 'ec2Tags travel with their region and tags',
    peers: [{ ec2Tags }],
    sources: [{ type: 'ec2Tags', ...ec2Tags }],
    configured: [INSTANCE],
  },
  static: {
    promise: 'static addresses travel as they are',
    peers: [{ static: { addresses: fixed } }],
    sources: [{ type: 'static', addresses: fixed }],
    configured: fixed,
  },
  label: {
    promise: 'a label travels as the peers that the SeiNode has resolved',
    peers: [{ label }],
    resolvedPeers: resolved,
    sources: [{ type: 'static', addresses: resolved }],
    configured: resolved,
  },
  unresolved: {
    promise: 'a label without resolved peers is skipped',
    peers: [{ label }, { static: { addresses: fixed } }],
    resolvedPeers: [],
    sources: [{ type: 'static', addresses: fixed }],
    configured: fixed,
  },
  all: {
    promise: 'all sources travel in their order',
    peers: [{ static: { addresses: fixed } }, { label }, { ec2Tags }],
    resolvedPeers: resolved,
    sources: [
      { type: 'static', addresses: fixed },
      { type: 'static', addresses: resolved },
      { type: 'ec2Tags', ...ec2Tags },
    ],
    configured: [...fixed, ...resolved, INSTANCE],
  },
};

const unusable: Readonly<Record<string, object>> = {
  'no-peers': {},
  'empty-peers': { peers: [] },
  'only-unresolved': { peers: [{ label }] },
};

describe('DiscoverPeers', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const [name, { promise, peers, resolvedPeers, sources, configured }] of Object.entries(usable)) {
    it(`contract §1.4: ${promise}`, async () => {
      const node = await environment.addNode(name, { spec: { peers }, status: { resolvedPeers } });
      await createTaskOfKind(environment, name, { kind: 'DiscoverPeers' });
      const task = await environment.finished(name);
      assertComplete(task);
      assert.match(task.status?.message ?? '', /RestartSeid/);
      assert.equal(task.status?.outputs, undefined);
      assert.deepEqual(
        requestsOf(node, 'POST').map(({ body }) => JSON.parse(body)),
        [{ id: expectedTaskId(task.metadata.uid, 'DiscoverPeers'), type: 'discover-peers', params: { sources } }],
      );
      assert.deepEqual(
        node.configuredPeers.map((peer) => (INSTANCE.test(peer) ? INSTANCE : peer)),
        configured,
      );
      assert.equal(node.sigtermsReceived, 0);
    });
  }

  for (const [name, spec] of Object.entries(unusable)) {
    it(`contract §1.4: no usable source (${name}) is ParamsBuildFailed, and nothing is sent`, async () => {
      const node = await environment.addNode(name, { spec });
      await createTaskOfKind(environment, name, { kind: 'DiscoverPeers' });
      assertFailed(await environment.finished(name), 'ParamsBuildFailed', 'invalid', {
        field: "The SeiNode's spec.peers",
      });
      assert.deepEqual(requestsOf(node, 'POST'), []);
    });
  }

  it("contract §1.4: a newer sidecar's refusal is TaskTerminalError and quoted", async () => {
    const spec = { peers: [{ static: { addresses: fixed } }] };
    const node = await environment.addNode('newer', { sidecarVersion: 'newer', spec });
    await createTaskOfKind(environment, 'newer', { kind: 'DiscoverPeers' });
    const task = await environment.finished('newer');
    assertFailed(task, 'TaskTerminalError', 'refused', { quote: /^unknown task type: discover-peers/ });
    assert.equal(task.status?.task?.err, 'unknown task type: discover-peers');
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.deepEqual(node.configuredPeers, []);
  });

  it("contract §1.4: the sidecar's failure is TaskFailed and quoted", async () => {
    await environment.addNode('no-region', { spec: { peers: [{ ec2Tags: { region: '', tags: {} } }] } });
    await createTaskOfKind(environment, 'no-region', { kind: 'DiscoverPeers' });
    assertFailed(await environment.finished('no-region'), 'TaskFailed', 'failed', {
      quote: /ec2Tags source missing required field 'region'/,
    });
  });

  it('contract §1.3: has 120 s unless told otherwise', async () => {
    await environment.addNode('two-minutes', { spec: { peers: [{ static: { addresses: fixed } }] } });
    await createTaskOfKind(environment, 'two-minutes', { kind: 'DiscoverPeers' });
    const task = await environment.finished('two-minutes');
    const { plan } = (await scheduledActivity(environment.workflowOf(task), 'dispatchTask')).input as DispatchRequest;
    assert.equal(plan.timeoutMs, 120_000);
  });
});
