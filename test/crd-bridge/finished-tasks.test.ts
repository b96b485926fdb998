import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { remainingLifetime } from '../../crd-bridge/finished-tasks.ts';

const ENDED_AT = '2026-11-24T00:00:00Z';
const ENDED_AT_MS = Date.parse(ENDED_AT);
const HOUR_MS = 3_600_000;

function task(spec: object | undefined, status: object | undefined): SeiNodeTask {
  return { metadata: { name: 'a', namespace: 'b', uid: 'c' }, spec, status } as unknown as SeiNodeTask;
}

const complete = { phase: 'Complete', completedAt: ENDED_AT };
const firstPublished = (type: string) => ({
  phase: 'Failed',
  conditions: [{ type: 'TargetReady' }, { type, lastTransitionTime: ENDED_AT }],
});

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
