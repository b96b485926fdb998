import assert from 'node:assert/strict';
import { assertComplete } from '../support/assert-verdict.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** Only the proxy knows where this is. */
const BEHIND = 'temporal.example.invalid:7233';

describe('Temporal', () => {
  let environment: TestEnvironment;
  let port: number;
  let proxy: ConnectProxy;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
    port = Number(environment.servers.temporal.address.split(':').at(-1));
    proxy = environment.added.use(await ConnectProxy.listen(port));
  });

  afterEach(() => environment.stop());

  async function restartCompletes(variables: NodeJS.ProcessEnv): Promise<void> {
    await environment.startService({ HTTPS_PROXY: proxy.url, ...variables });
    const node = await environment.addNode('proxied');
    await environment.restart('proxied', 'proxied');
    assertComplete(await environment.finished('proxied'));
    assert.equal(node.sigtermsReceived, 1);
  }

  it('that only a proxy can reach is enough for a restart', async () => {
    await restartCompletes({ TEMPORAL_ADDRESS: BEHIND });
    assert.deepEqual([...new Set(proxy.targets)], [BEHIND]);
  });

  it('is reached without the proxy when NO_PROXY names it', async () => {
    // This machine by an address that is not one of those that are never proxied.
    const [host, address] = ['0.0.0.0', `0.0.0.0:${port}`];
    await restartCompletes({ TEMPORAL_ADDRESS: address, NO_PROXY: `example.com,${host}` });
    assert.deepEqual(proxy.targets, []);
  });
});
