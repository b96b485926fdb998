import assert from 'node:assert/strict';
import { RollingRestartLog } from '../../chaos/rolling-restart-log.ts';
import type { StoredState } from '../../chaos/etcd-history.ts';
import { planned } from './made-up-rolling-restart.ts';

const { name } = planned;
const base = { at: 1, plural: 'seinoderunbooks', namespace: 'chaos', name };

function stored(status: object | undefined, spec: object = {}): StoredState {
  const metadata = { uid: 'uid', creationTimestamp: '2026-11-25T12:00:00Z', generation: 2 };
  return { ...base, object: { metadata, spec, ...(status === undefined ? {} : { status }) } };
}

describe('what is recorded of runbooks', () => {
  let log: RollingRestartLog;

  beforeEach(() => {
    log = new RollingRestartLog();
    log.expect({ ...planned, hasTimeToLive: true });
  });

  it('is open until it has an end', () => {
    assert.deepEqual([log.open, log.current(name)], [[name], 'unseen']);
    log.observe(stored(undefined));
    log.observe(stored({ phase: 'Running' }, { paused: true, chainId: 'other' }));
    assert.deepEqual(log.open, [name]);
    assert.deepEqual(log.current(name), {
      at: 1,
      generation: 2,
      spec: { control: undefined, paused: true, skipNodes: undefined },
      status: { phase: 'Running' },
    });
    log.observe(stored({ phase: 'Aborted' }));
    assert.deepEqual([log.open, log.current(name)], [[], 'over']);
    assert.equal(log.all[0]?.states.length, 3);
  });

  it('is over when it is deleted, and expired until then', () => {
    log.observe(stored({ phase: 'Complete' }));
    assert.deepEqual(log.expired, [name]);
    log.observe(base);
    assert.deepEqual([log.open, log.expired, log.all[0]?.deletedAt], [[], [], 1]);
  });

  it('does not contain what nobody expects', () => {
    log.observe({ ...stored({}), name: 'another' });
    assert.deepEqual([log.changes, log.all], [0, []]);
  });

  it('has when operators wrote, also while a write is not answered', async () => {
    log.observe(stored({}));
    const { promise, resolve } = Promise.withResolvers<void>();
    const writing = log.edit(name, () => promise);
    const [edit] = log.all[0]?.edits ?? [];
    assert.ok(edit !== undefined && edit.endedAt === undefined);
    resolve();
    await writing;
    assert.ok(edit.endedAt !== undefined && edit.endedAt >= edit.beganAt);
  });
});
