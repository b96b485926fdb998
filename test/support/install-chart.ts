import assert from 'node:assert/strict';
import { freePort } from '../../dev/free-port.ts';
import { renderChart } from '../../dev/helm.ts';
import { deploymentsIn, objectsIn, type Deployment } from './chart-objects.ts';
import type { TestEnvironment } from './test-environment.ts';

/**
 * Applies the chart in the namespace of the test, with the addresses of its servers, its own task queue and free ports,
 * until the environment ends.
 */
export async function installChart(environment: TestEnvironment, values: object = {}): Promise<Deployment> {
  const { namespace, fleet, servers } = environment;
  const manifests = await renderChart({
    chart: 'sei-node-tasks',
    name: namespace,
    namespace,
    values: {
      temporal: { address: servers.temporal.address, namespace: servers.temporal.namespace },
      sidecar: { urlTemplate: `${fleet.url}/{namespace}/{name}` },
      rpc: { urlTemplate: `${fleet.url}/{namespace}/{name}/rpc` },
      watchNamespaces: [namespace],
      env: { TASK_QUEUE: namespace },
      probePort: await freePort(),
      metricsPort: await freePort(),
      ...values,
    },
  });
  const { code, stderr } = await environment.kubectl(
    ['apply', '--server-side', '--validate=strict', '--filename', '-'],
    manifests,
  );
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '', 'kubectl warns of something');
  environment.added.defer(async () => {
    await environment.kubectl(['delete', '--ignore-not-found', '--filename', '-'], manifests);
  });
  const [deployment = assert.fail('no Deployment')] = deploymentsIn(objectsIn(manifests));
  return deployment;
}
