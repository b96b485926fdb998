import assert from 'node:assert/strict';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import {
  cancelIgnoredEvent,
  createdAgainEvent,
  dispatchedEvents,
  guardEvents,
  problemEvent,
  verdictEvents,
  waitingEvent,
} from '../../core/task-events.ts';

const task = { namespace: 'arctic-1', name: 'restart', uid: 'u' };
const node = { namespace: 'arctic-1', name: 'syncer-0-0', uid: 'n' };
const provenance = 'Requested by alice. Reason: memory leak.';
const workflowId = 'weekly/restart';
const subjects = { task, workflowId, kind: 'RestartSeid', node, provenance };
const complete: Verdict = { phase: 'Complete', reason: 'TaskComplete', message: 'It is done.' };

describe('Events of a task', () => {
  it('are Warnings with the reason of the condition for a failure, on the task and on its node', () => {
    const verdict: Verdict = { phase: 'Failed', reason: 'TaskFailed', message: 'It broke.' };
    const [onTask, onNode] = verdictEvents(subjects, verdict);
    assert.deepEqual(
      [onTask?.type, onTask?.reason, onTask?.note],
      ['Warning', 'TaskFailed', `${verdict.message} ${provenance}`],
    );
    assert.deepEqual(onTask?.regarding, { ...task, apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeTask' });
    assert.deepEqual([onNode?.type, onNode?.reason], ['Warning', 'TaskFailed']);
    assert.deepEqual(onNode?.regarding, { ...node, apiVersion: 'sei.io/v1alpha1', kind: 'SeiNode' });
    assert.equal(onNode?.note, `RestartSeid by SeiNodeTask restart: ${verdict.message} ${provenance}`);
  });

  it('are on the task alone when the node is not known', () => {
    const events = verdictEvents({ ...subjects, node: undefined }, complete);
    assert.deepEqual(
      events.map(({ type, regarding }) => [type, regarding.kind]),
      [['Normal', 'SeiNodeTask']],
    );
  });

  it('are on the node alone for a run without a resource, and name its workflow', () => {
    for (const events of [
      dispatchedEvents({ ...subjects, task: undefined }, 'It was sent.'),
      verdictEvents({ ...subjects, task: undefined }, complete),
    ]) {
      assert.deepEqual(
        events.map(({ regarding }) => regarding.kind),
        ['SeiNode'],
      );
      assert.match(events[0]?.note ?? '', /^RestartSeid by workflow weekly\/restart: It /);
    }
  });

  it('of what an override passed over are on the runbook too, one for each of its nodes', () => {
    const runbook = { namespace: 'arctic-1', name: 'nightly', uid: 'r' };
    const passedOver = { by: 'override', verdict: 'QuorumAtRisk', note: 'It was passed over.' } as const;
    const [onNode, onRunbook] = guardEvents({ ...subjects, task: undefined, runbook }, passedOver);
    assert.equal(onNode?.regarding.kind, 'SeiNode');
    assert.partialDeepStrictEqual(onRunbook, { type: 'Warning', reason: 'GuardOverridden', note: passedOver.note });
    assert.deepEqual(onRunbook?.regarding, { ...runbook, apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeRunbook' });
    const [, ofAnother] = guardEvents(
      { ...subjects, task: undefined, runbook, workflowId: 'weekly/other' },
      passedOver,
    );
    assert.notEqual(ofAnother?.key, onRunbook?.key);
    assert.equal(verdictEvents({ ...subjects, runbook }, complete).length, 2);
  });

  it('are one Warning for each cause of a problem, whatever the words', () => {
    const [refused, again, other] = [
      problemEvent(task, 'SIDECAR_UNREACHABLE', 'refused'),
      problemEvent(task, 'SIDECAR_UNREACHABLE', 'reset'),
      problemEvent(task, 'SIDECAR_FORBIDDEN', 'no'),
    ];
    assert.deepEqual([refused.type, refused.reason, refused.note], ['Warning', 'SidecarUnreachable', 'refused']);
    assert.equal(refused.key, again.key);
    assert.notEqual(refused.key, other.key);
  });

  it('have one key for all attempts to record one thing, and on a node one for each task', () => {
    const keys = (of: typeof subjects) =>
      [
        ...dispatchedEvents(of, 'sent'),
        ...verdictEvents(of, complete),
        waitingEvent(of.task, 'PhaseNotMet', 'w'),
        waitingEvent(of.task, 'Queued', 'q'),
      ].map(({ key }) => key);
    assert.deepEqual(keys(subjects), keys(subjects));
    assert.equal(new Set(keys(subjects)).size, 6);
    const another = keys({ ...subjects, task: { ...task, uid: 'u2' } });
    assert.notDeepEqual(another[1], keys(subjects)[1]);
  });

  it('name the workflow of the earlier task, and the program that created the task again', () => {
    const earlier = 'seinodetask/arctic-1/restart/u0';
    const { type, reason, note } = createdAgainEvent(task, { earlier, by: 'Argo CD' });
    assert.deepEqual([type, reason], ['Warning', 'CreatedAgain']);
    for (const word of [earlier, 'Argo CD', 'ttlSecondsAfterFinished']) assert.ok(note.includes(word), note);
  });

  it('say who asked, where that is known', () => {
    assert.equal(dispatchedEvents(subjects, 'Sent.')[0]?.note, `Sent. ${provenance}`);
    assert.equal(dispatchedEvents({ ...subjects, provenance: '' }, 'Sent.')[0]?.note, 'Sent.');
    assert.match(cancelIgnoredEvent(task, 'Complete').note, /already Complete.*sei\.io\/cancel/);
  });
});
