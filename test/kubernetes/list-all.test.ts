import assert from 'node:assert/strict';
import { listAll } from '../../kubernetes/list-all.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { FakeApiServer, sendJson } from './fake-api-server.ts';

describe('listAll', () => {
  it('takes a page of any length, from a server or proxy that does not know limits', async () => {
    const metadata = { name: 'a', uid: 'u', resourceVersion: '1' };
    const items = Array.from({ length: 150_000 }, () => ({ metadata }));
    await using server = await FakeApiServer.start((_, response) =>
      sendJson(response, 200, { metadata: { resourceVersion: '7' }, items }),
    );
    const kind = { group: 'sei.io', version: 'v1alpha1', plural: 'seinodetasks' };
    const list = await listAll(new ResourceClient(server.transport, kind), {});
    assert.equal(list.items.length, items.length);
    assert.equal(list.resourceVersion, '7');
  });
});
