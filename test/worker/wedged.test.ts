import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { LocalService } from '../../dev/start-local-service.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const PRELOADED = fileURLToPath(new URL('../support/wedge-on-signal.ts', import.meta.url));
/** Longer than a service that is well takes, in milliseconds. */
const PROBE_TIMEOUT_MS = 5_000;

describe('/healthz', function () {
  this.timeout(180_000);

  let environment: TestEnvironment;
  let service: LocalService;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
  });

  afterEach(async () => {
    // One that is wedged does not react to SIGTERM.
    service.process.kill('SIGKILL');
    await environment.stop();
  });

  async function wedge(what: 'event-loop' | 'workflows'): Promise<void> {
    service = await environment.startService({ NODE_OPTIONS: `--import=${PRELOADED}`, WEDGE: what });
    assert.equal(await healthStatus(), 200);
    service.process.kill('SIGUSR2');
  }

  async function healthStatus(): Promise<number> {
    return (await fetch(`${service.probeUrl}/healthz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })).status;
  }

  it('does not answer while the event loop is blocked', async () => {
    await wedge('event-loop');
    await eventually('it does not answer', async () => {
      return await healthStatus().then(
        () => false,
        ({ name }: Error) => name === 'TimeoutError',
      );
    });
  });

  it('fails when the thread of the workflows hangs, and says so', async () => {
    await wedge('workflows');
    await environment.addNode('wedged');
    await environment.restart('wedged', 'wedged');
    await eventually('it fails', async () => (await healthStatus()) === 503, 120_000);
    const text = await (await fetch(`${service.probeUrl}/healthz`)).text();
    assert.match(text, /^\[-\]worker: .*Restart the process\.$/m);
  });
});
