import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LogEvent } from '../../api/log.ts';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import { applyManifests } from '../../dev/apply-manifests.ts';
import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import { kubeconfig } from '../../dev/kubeconfig.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { resourcePath } from '../../kubernetes/resource-path.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

const SEI_NODE_TASKS = resourcePath(
  { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
  { name: `${SEI_NODE_TASK.plural}.${SEI_NODE_TASK.group}`, namespace: undefined },
);

interface Explanation {
  readonly event: LogEvent;
  /** Of the error in that line. */
  readonly code: string;
  /** Of `/readyz`, also a label of the gauge that the alerts use. */
  readonly check: string;
  /** What to look at. */
  readonly advice: string;
}

/** In the log, in `/readyz` and in the metric of the alert, while the process stays alive. */
async function explains(service: LocalService, { event, code, check, advice }: Explanation): Promise<void> {
  await eventually(`${event} is logged`, async () =>
    (await logLines(service.logFile, event)).some(({ level, error }) => level === 'WARN' && error?.code === code),
  );
  const reason = new RegExp(`^\\[-\\]${check}: .*${advice}`, 'm');
  await eventually('/readyz says why', async () => {
    const response = await fetch(`${service.probeUrl}/readyz`);
    return response.status === 503 && reason.test(await response.text());
  });
  await eventually('the gauge of the alerts is 0', async () => {
    const metrics = await (await fetch(service.metricsUrl)).text();
    return new RegExp(`^sei_ready_check\\{.*check="${check}".*\\} 0$`, 'm').test(metrics);
  });
  assert.equal((await fetch(`${service.probeUrl}/healthz`)).status, 200);
}

describe('a service that is set up wrongly', () => {
  let own: OwnServers;
  let environment: TestEnvironment;

  before(async () => {
    own = await startOwnServers();
    environment = own.environment;
  });

  after(() => own?.stop());

  async function restartCompletes(name: string): Promise<void> {
    const node = await environment.addNode(name);
    await environment.restart(name, name);
    assertComplete(await environment.finished(name));
    assertRestartedOnce(node);
  }

  it('names the Temporal namespace that does not exist, and works when it is created', async () => {
    const service = await environment.launchService({ TEMPORAL_NAMESPACE: 'elsewhere' });
    await explains(service, {
      event: 'SearchAttributesUnknown',
      code: 'TEMPORAL_NAMESPACE_UNKNOWN',
      check: 'temporal',
      advice: 'check TEMPORAL_NAMESPACE, or create the namespace',
    });
    const { temporal } = await findBinaries(process.env, () => {});
    const create = ['operator', 'namespace', 'create', '--namespace', 'elsewhere'];
    await promisify(execFile)(temporal, [...create, '--address', environment.servers.temporal.address]);
    await service.ready();
    await restartCompletes('elsewhere');
    assert.deepEqual(await logLines(service.logFile, 'SearchAttributesMissing'), []);
    await service.process.stop(30_000);
  });

  it('names the CRD that is not installed, and works when it is', async () => {
    await environment.admin.request({ method: 'DELETE', path: SEI_NODE_TASKS });
    const service = await environment.launchService();
    await explains(service, {
      event: 'WatchFailed',
      code: 'KUBERNETES_NOT_FOUND',
      check: 'bridge',
      advice: 'seinodetasks.*the CRD is installed',
    });
    await applyManifests(environment.admin);
    await service.ready();
    await restartCompletes('defined');
    await service.process.stop(30_000);
  });

  it('names the credentials that the API server refuses', async () => {
    const { url, caFile } = environment.servers.kubernetes;
    const file = join(environment.servers.directory, 'refused-kubeconfig');
    const certificateAuthority = await readFile(caFile, 'utf8');
    const access = { url, certificateAuthority, user: 'nobody', token: 'planted-token-of-another-audience' };
    await writeFile(file, kubeconfig(access), { mode: 0o600 });
    const service = await environment.launchService({ KUBECONFIG: file });
    await explains(service, {
      event: 'ClusterIdUnknown',
      code: 'KUBERNETES_UNAUTHORIZED',
      check: 'kubernetes',
      advice: 'Check the token',
    });
    assert.deepEqual(await service.process.stop(30_000), { code: 0, signal: null });
    assert.doesNotMatch(await readFile(service.logFile, 'utf8'), /planted/);
  });
});
