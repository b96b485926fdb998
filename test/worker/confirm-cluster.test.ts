import assert from 'node:assert/strict';
import { ClusterChangedError, confirmCluster } from '../../worker/confirm-cluster.ts';
import { noLog } from '../support/recorded-log.ts';
import { FakeApiServer, sendJson, sendStatus } from '../kubernetes/fake-api-server.ts';

describe('the cluster of a term', () => {
  let uid: string;
  let server: FakeApiServer;
  let failures: number;
  let stop: AbortController;

  beforeEach(async () => {
    failures = 0;
    stop = new AbortController();
    server = await FakeApiServer.start((_request, response) => {
      if (failures > 0) {
        failures -= 1;
        sendStatus(response, 503, 'ServiceUnavailable');
      } else sendJson(response, 200, { metadata: { name: 'kube-system', uid, resourceVersion: '1' } });
    });
  });

  afterEach(() => server[Symbol.asyncDispose]());

  async function confirm(): Promise<void> {
    await confirmCluster(server.transport, 'cluster-a', { log: noLog, signal: stop.signal });
  }

  it('is confirmed when it is that of the start, also after a failure', async () => {
    uid = 'cluster-a';
    failures = 1;
    await confirm();
    assert.equal(server.requests.length, 2);
  });

  it('ends the process when it is another one, and names both', async () => {
    uid = 'cluster-b';
    await assert.rejects(confirm(), (error) => {
      assert.ok(error instanceof ClusterChangedError);
      assert.match(error.message, /cluster-b.*cluster-a/);
      return true;
    });
  });

  it('is not asked for any longer when the term is over', async () => {
    failures = Infinity;
    const confirming = confirm();
    stop.abort(new Error('the term is over'));
    await assert.rejects(confirming, /the term is over/);
  });
});
