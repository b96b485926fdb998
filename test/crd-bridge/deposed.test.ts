import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { BridgeOnFakes, runningTask } from './bridge-on-fakes.ts';

/** More than a bridge reconciles at the same time. */
const TASKS = Array.from({ length: 40 }, (_, index) => runningTask('a', `task-${index}`));

describe('a bridge that is deposed', () => {
  let fakes: BridgeOnFakes;
  let started: number;
  let answer: PromiseWithResolvers<'open'>;
  let isLeading: boolean;

  beforeEach(async () => {
    started = 0;
    answer = Promise.withResolvers();
    isLeading = true;
    const start = async (): Promise<'open'> => {
      started += 1;
      return await answer.promise;
    };
    fakes = await BridgeOnFakes.start({ tasks: () => TASKS, workflows: { start }, isLeading: () => isLeading });
    await eventually('it works', () => started > 0);
    assert.ok(started < TASKS.length);
  });

  afterEach(async () => {
    answer.resolve('open');
    await fakes[Symbol.asyncDispose]();
  });

  it('ends what it has started, and starts nothing more', async () => {
    const before = started;
    const stopped = fakes.stop();
    answer.resolve('open');
    await stopped;
    assert.equal(started, before);
  });

  it('starts nothing more when it has lost the lease without knowing it, as after a pause', async () => {
    const before = started;
    isLeading = false;
    answer.resolve('open');
    for (let turns = 0; turns < 100; turns += 1) await turn();
    assert.equal(started, before);
  });
});
