import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { eventually } from '../support/eventually.ts';
import { HurriedPauses } from '../support/hurried-pauses.ts';
import { FakeApiServer, sendJson } from './fake-api-server.ts';
import { ReflectorHarness } from './reflector-harness.ts';
import { RewindableApiServer } from './rewindable-api-server.ts';

/** undici measures silence by timers of its own, which its tests move on like this. */
const undiciTimers = createRequire(import.meta.url)('undici/lib/util/timers.js') as {
  tick(milliseconds: number): void;
};

const hasName = (run: ReflectorHarness, name: string) => (): boolean => run.reflector.get(`ns/${name}`) !== undefined;

describe('Reflector, when time passes', () => {
  it('relists when a watch has sent nothing for four minutes', async () => {
    using pauses = new HurriedPauses();
    await using server = await RewindableApiServer.start();
    for (const name of ['a', 'b', 'c']) server.cluster.change({ name, action: 'write' });
    await using run = new ReflectorHarness(server.api.transport);
    await eventually('the watch is open', () => server.isWatched);
    server.sendBookmark();
    server.cluster.restore(2);
    server.cluster.change({ name: 'restored', action: 'write' });
    await server.cut('in order');
    await eventually('the watch is open again', () => server.isWatched);
    await server.deliver();
    assert.equal(hasName(run, 'restored')(), false);
    undiciTimers.tick(1_000);
    undiciTimers.tick(241_000);
    await eventually('the restored object', hasName(run, 'restored'));
    assert.deepEqual(
      run.reflector.list().map(({ metadata }) => metadata.name),
      ['a', 'restored'],
    );
    assert.equal(pauses.meant.filter((meant) => meant >= 800).length, 1);
  });

  it('waits at most five minutes, whatever Retry-After says', async () => {
    using pauses = new HurriedPauses();
    const answers = [429, 200];
    await using api = await FakeApiServer.start(({ query }, response) => {
      if (query['watch'] === 'true') return response.flushHeaders();
      const body = { metadata: { resourceVersion: '10' }, items: [] };
      sendJson(response, answers.shift() ?? 200, body, { 'retry-after': '31536000' });
    });
    await using run = new ReflectorHarness(api.transport);
    await run.reflector.synced;
    assert.ok(pauses.meant.includes(300_000), String(pauses.meant));
  });
});
