import assert from 'node:assert/strict';
import { cancelIgnoredEvent, dispatchedEvents, startedEvent, verdictEvents, waitingEvent } from '../../api/task-events.ts';
import { taskComplete, taskFailed } from '../../api/verdict.ts';

const task = { namespace: 'arctic-1', name: 'restart', uid: 'u' };
const node = { namespace: 'arctic-1', name: 'syncer-0-0', uid: 'n' };
const provenance = 'Requested by alice. Reason: memory leak.';
const subjects = { task, kind: 'RestartSeid', node, provenance };

describe('Events of a task', () => {
  it('are Warnings with the reason of the condition for a failure, on the task and on its node', () => {
    const verdict = taskFailed(node, 'broken');
    const [onTask, onNode] = verdictEvents(subjects, verdict);
    assert.deepEqual([onTask?.type, onTask?.reason, onTask?.note], ['Warning', 'TaskFailed', `${verdict.message} ${provenance}`]);
    assert.deepEqual(onTask?.regarding, { ...task, apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeTask' });
    assert.deepEqual([onNode?.type, onNode?.reason], ['Warning', 'TaskFailed']);
    assert.deepEqual(onNode?.regarding, { ...node, apiVersion: 'sei.io/v1alpha1', kind: 'SeiNode' });
    assert.equal(onNode?.note, `RestartSeid by SeiNodeTask restart: ${verdict.message} ${provenance}`);
  });

  it('are on the task alone when the node is not known', () => {
    const events = verdictEvents({ ...subjects, node: undefined }, taskComplete('RestartSeid'));
    assert.deepEqual(events.map(({ type, regarding }) => [type, regarding.kind]), [['Normal', 'SeiNodeTask']]);
  });

  it('have one key for all attempts to record one thing, and on a node one for each task', () => {
    const keys = (of: typeof subjects) =>
      [...dispatchedEvents(of, 'sent'), ...verdictEvents(of, taskComplete('RestartSeid')), waitingEvent(of.task, 'PhaseNotMet', 'w'), waitingEvent(of.task, 'Queued', 'q')].map(({ key }) => key);
    assert.deepEqual(keys(subjects), keys(subjects));
    assert.equal(new Set(keys(subjects)).size, 6);
    const another = keys({ ...subjects, task: { ...task, uid: 'u2' } });
    assert.notDeepEqual(another[1], keys(subjects)[1]);
  });

  it('say who asked, where that is known', () => {
    assert.equal(startedEvent(task, 'RestartSeid', provenance).note, `RestartSeid was started. ${provenance}`);
    assert.equal(startedEvent(task, 'RestartSeid', '').note, 'RestartSeid was started.');
    assert.match(cancelIgnoredEvent(task, 'Complete').note, /already Complete.*sei\.io\/cancel/);
  });
});
