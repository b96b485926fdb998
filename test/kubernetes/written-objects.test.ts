import assert from 'node:assert/strict';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { WrittenObjects } from '../../kubernetes/written-objects.ts';

function object(uid: string, resourceVersion = '1'): KubernetesObject {
  return { metadata: { name: 'name', uid, resourceVersion } };
}

describe('WrittenObjects', () => {
  it('has an object as it was kept last, until it is forgotten', () => {
    const written = new WrittenObjects();
    written.keep(object('a'));
    written.keep(object('a', '2'));
    assert.equal(written.get('a')?.metadata.resourceVersion, '2');
    written.forget('a');
    assert.equal(written.get('a'), undefined);
  });

  it('keeps the thousand that were written last', () => {
    const written = new WrittenObjects();
    written.keep(object('first'));
    written.keep(object('second'));
    for (let index = 0; index < 998; index += 1) written.keep(object(`${index}`));
    written.keep(object('first', '2'));
    written.keep(object('last'));
    assert.equal(written.get('second'), undefined);
    for (const uid of ['first', '0', '997', 'last']) assert.notEqual(written.get(uid), undefined, uid);
  });
});
