import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import {
  isEditedAfterEnd,
  isRecentlyEdited,
  remainingLifetime,
  withoutUnread,
} from '../../crd-bridge/finished-tasks.ts';

const ENDED_AT = '2026-11-24T00:00:00Z';
const ENDED_AT_MS = Date.parse(ENDED_AT);
const HOUR_MS = 3_600_000;

function task(spec: object | undefined, status: object | undefined): SeiNodeTask {
  return { metadata: { name: 'a', namespace: 'b', uid: 'c' }, spec, status } as unknown as SeiNodeTask;
}

const complete = { phase: 'Complete', completedAt: ENDED_AT } as const;
const firstPublished = (type: string) => ({
  phase: 'Failed',
  conditions: [{ type: 'TargetReady' }, { type, lastTransitionTime: ENDED_AT }],
});

/** Of a task whose field managers made their last changes at these times. */
function edited(...times: readonly (string | undefined)[]) {
  const managedFields = times.map((time) => ({ manager: 'kubectl', ...(time !== undefined && { time }) }));
  return { ...task({}, complete).metadata, managedFields };
}

describe('remainingLifetime', () => {
  const cases: readonly (readonly [string, SeiNodeTask, number | undefined])[] = [
    ['is what is left 10 s after the end', task({ ttlSecondsAfterFinished: 60 }, complete), 50_000],
    ['is 0 for a task that is to go at once', task({ ttlSecondsAfterFinished: 0 }, complete), 0],
    ['is 0 for a task that should be gone', task({ ttlSecondsAfterFinished: 5 }, complete), 0],
    ['is 0 in the moment when it is due', task({ ttlSecondsAfterFinished: 10 }, complete), 0],
    [
      'is at most an hour, then it is looked at again',
      task({ ttlSecondsAfterFinished: 2_147_483_647 }, complete),
      HOUR_MS,
    ],
    [
      'counts from the condition where the CRD has no completedAt',
      task({ ttlSecondsAfterFinished: 60 }, firstPublished('Failed')),
      50_000,
    ],
    [
      'counts from the condition of success too',
      task({ ttlSecondsAfterFinished: 60 }, firstPublished('Ready')),
      50_000,
    ],
    ['is unlimited unless it is asked for', task({}, complete), undefined],
    ['is unlimited without a spec', task(undefined, complete), undefined],
    [
      'is unlimited for a negative number that got past admission',
      task({ ttlSecondsAfterFinished: -1 }, complete),
      undefined,
    ],
    ['is unlimited for a text that got past admission', task({ ttlSecondsAfterFinished: '60' }, complete), undefined],
    [
      'is unlimited while the task runs',
      task({ ttlSecondsAfterFinished: 0 }, { ...complete, phase: 'Running' }),
      undefined,
    ],
    ['is unlimited for a task that nobody has seen', task({ ttlSecondsAfterFinished: 0 }, undefined), undefined],
    [
      'is unlimited where nobody knows when it ended',
      task({ ttlSecondsAfterFinished: 0 }, { phase: 'Failed' }),
      undefined,
    ],
    [
      'is unlimited when the end is not a time',
      task({ ttlSecondsAfterFinished: 0 }, { ...complete, completedAt: 'today' }),
      undefined,
    ],
  ];
  for (const [what, resource, expected] of cases) {
    it(what, () => assert.equal(remainingLifetime(resource, ENDED_AT_MS + 10_000), expected));
  }
});

describe('remainingLifetime with a default of the installation', () => {
  const declared = (metadata: object): SeiNodeTask => {
    const plain = task({}, complete);
    return { ...plain, metadata: { ...plain.metadata, ...metadata } };
  };
  const cases: readonly (readonly [string, SeiNodeTask, number | undefined])[] = [
    ['is that of the default', task({}, complete), 20_000],
    ['is that of the default without a spec', task(undefined, complete), 20_000],
    ["is that of the task's own TTL", task({ ttlSecondsAfterFinished: 60 }, complete), 50_000],
    ['is unlimited for a TTL that is not one', task({ ttlSecondsAfterFinished: '60' }, complete), undefined],
    ['is unlimited while the task runs', task({}, { phase: 'Running' }), undefined],
    [
      'is unlimited for a task that Argo CD would create again',
      declared({ annotations: { 'argocd.argoproj.io/tracking-id': 'app:sei.io/SeiNodeTask:b/a' } }),
      undefined,
    ],
    [
      'is unlimited for a task that Flux would create again',
      declared({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'tasks' } }),
      undefined,
    ],
    ['is limited for a task with other labels', declared({ labels: { team: 'a' } }), 20_000],
  ];
  for (const [what, resource, expected] of cases) {
    it(what, () => assert.equal(remainingLifetime(resource, ENDED_AT_MS + 10_000, 30_000), expected));
  }
});

describe('isRecentlyEdited', () => {
  const anHourLater = ENDED_AT_MS + HOUR_MS;

  it('counts an hour from the last edit', () => {
    assert.equal(isRecentlyEdited(edited('2026-11-23T00:00:00Z', ENDED_AT), anHourLater), true);
    assert.equal(isRecentlyEdited(edited('2026-11-23T00:00:00Z', ENDED_AT), anHourLater + 1), false);
  });

  it('does not count writes of the status', () => {
    const { managedFields, ...metadata } = edited('2026-11-23T00:00:00Z');
    const status = { manager: 'sei-node-tasks', subresource: 'status', time: ENDED_AT };
    assert.equal(isRecentlyEdited({ ...metadata, managedFields: [...managedFields, status] }, ENDED_AT_MS), false);
  });

  it('is true where nobody knows when it was', () => {
    for (const metadata of [edited(), edited(undefined), task({}, complete).metadata])
      assert.equal(isRecentlyEdited(metadata, anHourLater), true);
  });
});

describe('withoutUnread', () => {
  const metadata = {
    name: 'a',
    namespace: 'b',
    uid: 'c',
    resourceVersion: '7',
    labels: { team: 'a' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'sei.io/cancel': 'late' },
    managedFields: [{ manager: 'kubectl', time: ENDED_AT }],
  };
  const spec = { kind: 'RestartSeid', restartSeid: {}, timeoutSeconds: 7, ttlSecondsAfterFinished: 60 };
  const status = { ...complete, reason: 'TaskComplete', message: 'Done.', duration: '1m0s' } as const;

  it('keeps a task that has not finished as it is', () => {
    const running: SeiNodeTask = { metadata, spec, status: { phase: 'Running', message: 'At work.' } };
    assert.equal(withoutUnread(running), running);
  });

  it('keeps what is read of a finished task', () => {
    const { managedFields } = metadata;
    assert.deepEqual(withoutUnread({ apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeTask', metadata, spec, status }), {
      metadata: { ...metadata, annotations: { 'sei.io/cancel': 'late' }, managedFields },
      spec: { kind: 'RestartSeid', ttlSecondsAfterFinished: 60 },
      status: { phase: 'Complete', reason: 'TaskComplete', completedAt: ENDED_AT },
    });
  });

  it('keeps whether it was edited after its end, of a task that this service finished', () => {
    const workflow = { id: 'w', namespace: 'default' };
    const cases: [number, SeiNodeTask['status'], boolean][] = [
      [2, { ...status, workflow, observedGeneration: 1 }, true],
      [1, { ...status, workflow, observedGeneration: 1 }, false],
      [2, { ...status, observedGeneration: 1 }, false],
      [2, { ...status, phase: 'Running', workflow, observedGeneration: 1 }, false],
    ];
    for (const [generation, itsStatus, expected] of cases) {
      const whole = { metadata: { ...metadata, generation }, spec, status: itsStatus };
      assert.deepEqual([whole, withoutUnread(whole)].map(isEditedAfterEnd), [expected, expected]);
    }
  });

  it('changes nothing about its lifetime and the answer to its cancellation', () => {
    const byCondition = { ...task({ ttlSecondsAfterFinished: 60 }, firstPublished('Failed')), metadata };
    for (const whole of [{ metadata, spec, status }, byCondition]) {
      const trimmed = withoutUnread(whole);
      assert.equal(remainingLifetime(trimmed, ENDED_AT_MS), 60_000);
      assert.equal(isRecentlyEdited(trimmed.metadata, ENDED_AT_MS), true);
      assert.equal(trimmed.metadata.annotations?.['sei.io/cancel'], 'late');
    }
  });
});
