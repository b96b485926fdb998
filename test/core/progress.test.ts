import assert from 'node:assert/strict';
import { taskKindNames, taskKinds } from '../../api/task-kinds.ts';
import { cancelling, dispatching, takingOff, withNotice, workingAtHeight, workingOn } from '../../core/progress.ts';
import { checkedPayloads } from '../api/payload-examples.ts';
import { node } from './ended-tasks.ts';

describe('the progress of a task', () => {
  for (const kind of taskKindNames) {
    const work = { kind, task: { node }, payload: checkedPayloads[kind] };

    it(`of kind ${kind} has a step for scripts, and a sentence that names the node`, () => {
      for (const { step, message } of [
        dispatching(work),
        workingOn(work),
        workingAtHeight(work, 7),
        cancelling(work),
        takingOff(work),
      ]) {
        assert.match(step, /^[A-Z][A-Za-z]+$/);
        assert.match(message, /SeiNode arctic-1\/syncer-0-0\b.*\.$/);
      }
      assert.equal(
        new Set([dispatching(work), workingOn(work), cancelling(work), takingOff(work)].map(({ step }) => step)).size,
        4,
      );
    });

    it(`of kind ${kind} claims before its POST only that it is being sent`, () => {
      assert.match(dispatching(work).message, /is being (sent|set)/);
    });

    it(`of kind ${kind} says of a cancel what can still be stopped`, () => {
      assert.match(cancelling(work).message, taskKinds[kind].onlyWaits ? /is being taken off/ : /cannot be stopped/);
    });
  }

  it('of a wait tells the height that is waited for and the one that the node is at', () => {
    for (const [kind, payload] of [
      ['AwaitNodesAtHeight', { targetHeight: 9 }],
      ['AwaitCondition', { height: { targetHeight: 9 } }],
    ] as const) {
      const work = { kind, task: { node }, payload };
      assert.match(workingOn(work).message, /height 9\b/);
      assert.match(workingAtHeight(work, 7).message, /height 9\b.*height 7\b/);
      assert.deepEqual(workingAtHeight(work, undefined), workingOn(work));
    }
  });

  it('is told with a notice, where there is one', () => {
    const told = { step: 'Restarting', message: 'It restarts.' };
    assert.deepEqual(withNotice(told, 'Note: more.'), { step: 'Restarting', message: 'It restarts. Note: more.' });
    assert.equal(withNotice(told, undefined), told);
  });
});
