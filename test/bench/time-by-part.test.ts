import assert from 'node:assert/strict';
import { timeByPart, type CpuProfile } from '../../bench/time-by-part.ts';

const project = new URL('../../', import.meta.url).href;

/** A profile in which each of these frames was seen once, after a millisecond. */
function profileOf(...frames: readonly (readonly [functionName: string, url: string])[]): CpuProfile {
  return {
    nodes: frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } })),
    startTime: 0,
    samples: frames.map((_, id) => id),
    timeDeltas: frames.map(() => 1_000),
  };
}

describe('the time that each part of a program was at work', () => {
  it('is that of packages, rooms, Node, the workflow bundle and native functions', () => {
    const profile = profileOf(
      ['f', `${project}node_modules/undici/lib/core/request.js`],
      ['g', `${project}node_modules/undici/index.js`],
      ['h', `${project}node_modules/@temporalio/worker/lib/worker.js`],
      ['i', `${project}activities/poll-task.ts`],
      ['j', 'node:internal/timers'],
      ['k', 'file:///tmp/workflow-bundle.js'],
      ['l', 'evalmachine.<anonymous>'],
      ['writev', ''],
      ['RegExp: ^x', ''],
      ['(idle)', ''],
    );
    assert.deepEqual(Object.fromEntries(timeByPart(profile, { fromUs: 0, untilUs: 10_000 })), {
      undici: 2,
      '@temporalio/worker': 1,
      'activities/': 1,
      'node:': 1,
      'workflow bundle': 2,
      writev: 1,
      'regular expressions': 1,
    });
  });

  it('counts only what was seen in the given time', () => {
    const profile = profileOf(['a', ''], ['b', ''], ['c', ''], ['d', '']);
    assert.deepEqual([...timeByPart(profile, { fromUs: 2_000, untilUs: 3_000 }).keys()], ['b', 'c']);
  });
});
