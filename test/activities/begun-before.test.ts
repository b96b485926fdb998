import assert from 'node:assert/strict';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { createActivities, type ActivityDependencies } from '../../activities/create-activities.ts';
import { knowledgeAtStart } from '../../core/knowledge.ts';
import { afterTarget } from '../../core/next-step.ts';
import { failed } from '../../core/verdict.ts';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';

const resource = { namespace: 'arctic-1', name: 'ready', uid: 'u' };

/** What a workflow learns that is about to say that nothing was sent. */
async function begunAccordingTo(task: NonNullable<SeiNodeTaskStatus['task']>) {
  const activities = createActivities({
    clusterId: 'c',
    tasks: { get: async () => ({ metadata: resource, status: { phase: 'Running', task } }) },
  } as unknown as ActivityDependencies);
  return await asyncLocalStorage.run({ cancellationSignal: new AbortController().signal } as unknown as Context, () =>
    activities.mirrorStatus({
      task: {
        cluster: 'c',
        kind: 'MarkReady',
        node: { namespace: 'arctic-1', name: 'n' },
        taskId: 'id',
        mirrorTo: resource,
        provenance: {},
      },
      verdict: failed('Cancelled', 'unsent', { node: 'n' }),
      endedAtMs: 0,
      unbegun: true,
    }),
  );
}

describe('a task that a restored Temporal server does not know to be begun', () => {
  it('counts as sent when its status says that the sidecar has accepted it', async () => {
    const begun = await begunAccordingTo({ id: 'id', status: 'Running', submittedAt: '2026-11-24T00:00:00Z' });
    assert.deepEqual([knowledgeAtStart(begun).sent, begun?.onlyWatched], ['yes', true]);
  });

  // A MarkReady that counted as accepted would be Complete, although it was never sent.
  it('counts as perhaps sent when its status does not say so, and is watched and not sent', async () => {
    const begun = await begunAccordingTo({ id: 'id', status: 'Running' });
    assert.deepEqual([knowledgeAtStart(begun).sent, begun?.onlyWatched], ['perhaps', true]);
    const situation = { sent: 'perhaps', isCancelled: false, isBounded: true, onlyWatched: true } as const;
    assert.deepEqual(afterTarget('ready', { kind: 'MarkReady', ...situation }), { do: 'poll' });
    assert.deepEqual(afterTarget('ready', { kind: 'UpdateNodeImage', ...situation }), { do: 'dispatch' });
  });
});
