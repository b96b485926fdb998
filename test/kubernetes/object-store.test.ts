import assert from 'node:assert/strict';
import { ObjectStore } from '../../kubernetes/object-store.ts';

function object(name: string, uid: string, resourceVersion = '1') {
  return { metadata: { namespace: 'ns', name, uid, resourceVersion } };
}

function change(name: string, previousUid: string | undefined, uid: string | undefined) {
  return { key: `ns/${name}`, namespace: 'ns', name, previousUid, uid };
}

describe('ObjectStore', () => {
  it('distinguishes new, changed, replaced and deleted objects', () => {
    const store = new ObjectStore();
    assert.deepEqual(store.set(object('a', 'u1')), [change('a', undefined, 'u1')]);
    assert.deepEqual(store.set(object('a', 'u1', '2')), [change('a', 'u1', 'u1')]);
    assert.deepEqual(store.set(object('a', 'u2', '3')), [change('a', 'u1', undefined), change('a', undefined, 'u2')]);
    assert.deepEqual(store.remove(object('a', 'u2', '4')), [change('a', 'u2', undefined)]);
    assert.deepEqual(store.list(), []);
  });

  it('derives from a full list what happened during a gap', () => {
    const store = new ObjectStore();
    store.replaceAll([
      object('same', 'u1'),
      object('changed', 'u2'),
      object('replaced', 'u3'),
      object('deleted', 'u4'),
    ]);
    assert.deepEqual(
      store.replaceAll([
        object('same', 'u1'),
        object('changed', 'u2', '2'),
        object('replaced', 'u5', '3'),
        object('new', 'u6'),
      ]),
      [
        change('deleted', 'u4', undefined),
        change('changed', 'u2', 'u2'),
        change('replaced', 'u3', undefined),
        change('replaced', undefined, 'u5'),
        change('new', undefined, 'u6'),
      ],
    );
  });

  it('accepts an object that is nested more deeply than can be compared', () => {
    const store = new ObjectStore();
    const deep = (): object => ({ ...object('deep', 'u1'), spec: JSON.parse('['.repeat(9_000) + ']'.repeat(9_000)) });
    store.replaceAll([deep() as ReturnType<typeof object>, object('other', 'u2')]);
    assert.deepEqual(store.replaceAll([deep() as ReturnType<typeof object>, object('other', 'u2', '2')]), [
      change('deep', 'u1', 'u1'),
      change('other', 'u2', 'u2'),
    ]);
  });

  it('reports an object whose resourceVersion came twice, as after a restored backup', () => {
    const store = new ObjectStore();
    const lost = { ...object('a', 'u1'), spec: { note: 'written after the backup' } };
    store.replaceAll([lost]);
    assert.deepEqual(store.replaceAll([object('a', 'u1')]), [change('a', 'u1', 'u1')]);
  });

  it('reports both objects when the deleted one is not the cached one', () => {
    const store = new ObjectStore();
    store.set(object('a', 'u1'));
    assert.deepEqual(store.remove(object('a', 'u2')), [change('a', 'u1', undefined), change('a', 'u2', undefined)]);
    assert.equal(store.get('ns/a'), undefined);
  });

  it('reports everything again for a resync', () => {
    const store = new ObjectStore();
    store.replaceAll([object('a', 'u1'), object('b', 'u2')]);
    assert.deepEqual(store.everything(), [change('a', 'u1', 'u1'), change('b', 'u2', 'u2')]);
  });

  it('keys cluster-scoped objects by their name', () => {
    const store = new ObjectStore();
    assert.equal(store.set({ metadata: { name: 'n', uid: 'u', resourceVersion: '1' } })[0]?.key, 'n');
    assert.equal(store.get('n')?.metadata.uid, 'u');
  });
});
