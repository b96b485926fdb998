import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { SeiNode } from '../../api/sei-node.ts';
import { taskId } from '../../core/task-id.ts';
import { taskKindNames, type TaskKind, definitionOf } from '../../api/task-kinds.ts';
import { planTask, taskRequest } from '../../core/task-plan.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { planned, planner, refusal } from './planner.ts';

const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const restart = { node, payload: {} };

describe('planTask', () => {
  it('fills in the defaults of the contract', () => {
    assert.deepEqual(planned('RestartSeid', restart), {
      kind: 'RestartSeid',
      task: {
        cluster: 'cluster-uid',
        kind: 'RestartSeid',
        node,
        taskId: taskId('runbook/restart/first-run', 'RestartSeid'),
        provenance: {},
      },
      requirePhase: 'Running',
      requirePhaseTimeoutMs: 300_000,
      betweenRestartsMs: 0,
      timeoutMs: 600_000,
      payload: {},
      permitHolder: 'runbook/restart',
    });
  });

  it('takes what the input says', () => {
    const mirrorTo = { namespace: 'arctic-1', name: 'task', uid: 'f0' };
    const times = {
      requirePhase: 'Failed',
      requirePhaseTimeout: '1h30m',
      queueTimeout: '10m',
      timeoutSeconds: 7,
      minSecondsBetweenRestarts: 60,
      waitingSince: '1970-01-01T00:00:09Z',
    };
    const input = {
      ...restart,
      ...times,
      mirrorTo,
      cluster: 'theirs',
      generation: 3,
      permitHolder: 'weekly',
      requestedBy: 'alice',
      why: 'leak',
      cancelled: 'no',
    };
    assert.deepEqual(planned('RestartSeid', input), {
      kind: 'RestartSeid',
      task: {
        cluster: 'theirs',
        kind: 'RestartSeid',
        node,
        taskId: taskId('f0', 'RestartSeid'),
        mirrorTo,
        generation: 3,
        provenance: { requestedBy: 'alice', why: 'leak' },
      },
      requirePhase: 'Failed',
      requirePhaseTimeoutMs: 5_400_000,
      queueTimeoutMs: 600_000,
      betweenRestartsMs: 60_000,
      timeoutMs: 7_000,
      payload: {},
      permitHolder: 'weekly',
      waitingSinceMs: 9_000,
      cancelled: 'no',
    });
  });

  it('keeps the id of a task that was begun before', () => {
    const begun = { taskId: 'theirs', accepted: true };
    const { task, begun: kept } = planned('RestartSeid', {
      ...restart,
      mirrorTo: { namespace: 'a', name: 'b', uid: 'f0' },
      begun,
    });
    assert.deepEqual([task.taskId, kept], ['theirs', begun]);
  });

  it('does not claim that nothing was sent of a task that was begun before', () => {
    const { reason, message } = refusal('RestartSeid', {
      ...restart,
      payload: undefined,
      begun: { taskId: 'theirs', accepted: false },
    });
    assert.equal(reason, 'ParamsBuildFailed');
    assert.match(message, /may have been sent/);
    assert.doesNotMatch(message, /nothing/i);
  });

  const defaultSeconds: Readonly<Record<TaskKind, number | undefined>> = {
    GovSoftwareUpgrade: undefined,
    GovVote: undefined,
    GovParamChange: undefined,
    AwaitCondition: undefined,
    UpdateNodeImage: undefined,
    AwaitNodesAtHeight: undefined,
    DiscoverPeers: 120,
    RestartSeid: 600,
    MarkReady: 120,
  };
  for (const kind of taskKindNames) {
    it(`gives ${kind} ${defaultSeconds[kind] ?? 'unbounded'} seconds unless told otherwise`, () => {
      const definition = definitionOf(kind);
      assert.equal(definition.defaultTimeoutSeconds, defaultSeconds[kind]);
    });
  }

  for (const kind of taskKindNames) {
    it(`lets timeoutSeconds win for ${kind}, and 0 mean the default`, () => {
      const seconds = defaultSeconds[kind];
      const defaultMs = seconds === undefined ? undefined : seconds * 1000;
      const timeoutMs = (timeoutSeconds?: unknown) =>
        planned(kind, { node, payload: minimalPayloads[kind], timeoutSeconds }).timeoutMs;
      assert.equal(timeoutMs(42), 42_000);
      const yearMs = 365 * 24 * 3_600_000;
      assert.equal(timeoutMs(yearMs / 1000 - 1), yearMs - 1000);
      for (const atLeastAYear of [yearMs / 1000, yearMs / 1000 + 1, 2 ** 31, 2 ** 53 + 2, 2 ** 63])
        assert.equal(timeoutMs(atLeastAYear), yearMs);
      for (const absent of [undefined, null, 0]) assert.equal(timeoutMs(absent), defaultMs);
    });
  }

  it('knows the kinds that it carries out, and ends the others with UnsupportedKind', () => {
    for (const kind of ['RestartPod', 'constructor', '__proto__', '']) {
      const { reason, message } = refusal(kind, { node, payload: {} });
      assert.equal(reason, 'UnsupportedKind');
      assert.ok(message.includes(kind), message);
    }
  });

  const badFields: readonly (readonly [kind: TaskKind, change: object, field: string, value?: string])[] = [
    ['RestartSeid', { payload: undefined }, 'spec.restartSeid is required'],
    ['RestartSeid', { payload: null }, 'spec.restartSeid is required'],
    ['RestartSeid', { payload: 'yes' }, 'spec.restartSeid', '"yes"'],
    ['RestartSeid', { payload: [] }, 'spec.restartSeid', '[]'],
    ['AwaitNodesAtHeight', { payload: {} }, 'spec.awaitNodesAtHeight.targetHeight', '{}'],
    [
      'AwaitNodesAtHeight',
      { payload: { targetHeight: 0 } },
      'spec.awaitNodesAtHeight.targetHeight',
      '{"targetHeight":0}',
    ],
    ['AwaitNodesAtHeight', { payload: { targetHeight: 1.5 } }, 'spec.awaitNodesAtHeight.targetHeight', '1.5'],
    ['AwaitNodesAtHeight', { payload: { targetHeight: '7' } }, 'spec.awaitNodesAtHeight.targetHeight', '"7"'],
    [
      'AwaitNodesAtHeight',
      { payload: { targetHeight: 2 ** 53 } },
      'spec.awaitNodesAtHeight.targetHeight',
      '9007199254740992',
    ],
    ['AwaitCondition', { payload: { height: {} } }, 'spec.awaitCondition.height.targetHeight'],
    [
      'AwaitCondition',
      { payload: { height: { targetHeight: 1 }, action: 'SIGKILL' } },
      'spec.awaitCondition.action',
      'SIGKILL',
    ],
    ['RestartSeid', { node: { ...node, name: '' } }, 'spec.target.nodeRef.name', '""'],
    ['RestartSeid', { node: { ...node, name: 'Syncer' } }, 'spec.target.nodeRef.name', '"Syncer"'],
    ['RestartSeid', { node: { ...node, name: 'a.evil.example' } }, 'spec.target.nodeRef.name', '"a.evil.example"'],
    ['RestartSeid', { node: { ...node, name: 'a'.repeat(254) } }, 'spec.target.nodeRef.name'],
    ['RestartSeid', { node: { ...node, namespace: '../kube-system' } }, 'node.namespace', '"../kube-system"'],
    ['RestartSeid', { requirePhase: 'Resting' }, 'spec.target.requirePhase', '"Resting"'],
    ['RestartSeid', { requirePhase: 3 }, 'spec.target.requirePhase', '3'],
    ['RestartSeid', { requirePhaseTimeout: '5 minutes' }, 'spec.target.requirePhaseTimeout', '"5 minutes"'],
    ['RestartSeid', { requirePhaseTimeout: '-1s' }, 'spec.target.requirePhaseTimeout', '"-1s"'],
    ['RestartSeid', { requirePhaseTimeout: 90 }, 'spec.target.requirePhaseTimeout', '90'],
    ['RestartSeid', { timeoutSeconds: -1 }, 'spec.timeoutSeconds', '-1'],
    ['RestartSeid', { timeoutSeconds: 1.5 }, 'spec.timeoutSeconds', '1.5'],
    ['RestartSeid', { timeoutSeconds: '60' }, 'spec.timeoutSeconds', '"60"'],
    ['RestartSeid', { timeoutSeconds: 1e19 }, 'spec.timeoutSeconds', '10000000000000000000'],
    ['RestartSeid', { minSecondsBetweenRestarts: 2 ** 31 }, 'spec.minSecondsBetweenRestarts', '2147483648'],
  ];
  for (const [kind, change, field, value = ''] of badFields) {
    it(`ends ${kind} with ${JSON.stringify(change).slice(0, 80)} in ParamsBuildFailed that names field and value`, () => {
      const { reason, message } = refusal(kind, { ...restart, ...change });
      assert.equal(reason, 'ParamsBuildFailed');
      assert.ok(message.startsWith(`${field} `) && message.includes(value), message);
      assert.match(message, /\. Nothing was sent\. Correct it in a new task\.$/);
    });
  }

  it('refuses a condition without a height when it builds the request', () => {
    const built = taskRequest(planned('AwaitCondition', { node, payload: {} }), seiNode);
    assert.ok('verdict' in built);
    assert.equal(built.verdict.reason, 'ParamsBuildFailed');
    assert.match(built.verdict.message, /^spec\.awaitCondition /);
  });

  const unreadable: readonly (readonly [unknown, string])[] = [
    [undefined, 'input'],
    [null, 'input'],
    ['text', 'input'],
    [{ payload: {} }, 'input.node'],
    [{ node: { name: 'a' }, payload: {} }, 'input.node.namespace'],
    [{ ...restart, mirrorTo: { namespace: 'a', name: 'b', uid: '' } }, 'input.mirrorTo.uid'],
  ];
  for (const [input, field] of unreadable) {
    it(`ends ${JSON.stringify(input)} in DeserializeFailed that names ${field}`, () => {
      const { reason, message } = refusal('RestartSeid', input);
      assert.equal(reason, 'DeserializeFailed');
      assert.ok(message.includes(`${field}: `), message);
    });
  }

  it('has a plan or a verdict for any input, never an exception', () => {
    const input = fc.record(
      {
        node: fc.anything(),
        payload: fc.anything(),
        requirePhase: fc.anything(),
        requirePhaseTimeout: fc.anything(),
        timeoutSeconds: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const jsonOnly = fc.oneof(input, fc.record({ ...anyJsonFields, node: fc.constant(node) }));
    fc.assert(
      fc.property(fc.constantFrom(...taskKindNames), jsonOnly, (kind, value) => {
        const result = planTask(kind, JSON.parse(JSON.stringify(value, plainNumbers) ?? 'null'), planner);
        assert.ok('plan' in result || result.verdict.phase === 'Failed');
      }),
    );
  });
});

const anyJsonFields = {
  payload: fc.jsonValue(),
  requirePhase: fc.jsonValue(),
  requirePhaseTimeout: fc.jsonValue(),
  timeoutSeconds: fc.jsonValue(),
};

/** Inputs come as JSON, which has no bigint. */
function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

const seiNode: SeiNode = { metadata: { ...node, uid: 'u' }, spec: {} };

describe('taskRequest', () => {
  it('leaves params out where there are none', () => {
    assert.deepEqual(taskRequest(planned('RestartSeid', restart), seiNode), { request: { type: 'restart-seid' } });
  });

  it('is the image for the SeiNode where there is no sidecar task', () => {
    assert.deepEqual(taskRequest(planned('UpdateNodeImage', { node, payload: { image: 'sei:v9' } }), seiNode), {
      request: { image: 'sei:v9' },
    });
  });

  it('has no peers to send without a source of any: an empty list would wipe those that the node has', () => {
    const built = taskRequest(planned('DiscoverPeers', { node, payload: {} }), seiNode);
    assert.ok('verdict' in built);
    assert.equal(built.verdict.reason, 'ParamsBuildFailed');
    assert.match(built.verdict.message, /spec\.peers .*Nothing was sent/);
  });

  it('does not say that nothing was sent of a task that others had begun', () => {
    const begun = { taskId: 'id', accepted: true };
    const built = taskRequest(planned('DiscoverPeers', { node, payload: {}, begun }), seiNode);
    assert.ok('verdict' in built);
    assert.match(built.verdict.message, messagePattern('ParamsBuildFailed', 'begun'));
  });

  it('drops what the payload schema does not know', () => {
    const plan = planned('AwaitNodesAtHeight', { node, payload: { targetHeight: 7, surprise: true } });
    assert.deepEqual(taskRequest(plan, seiNode), {
      request: { type: 'await-condition', params: { condition: 'height', targetHeight: 7 } },
    });
  });
});
