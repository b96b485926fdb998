import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalService } from '../../dev/start-local-service.ts';
import { variablesOf, type Deployment } from './chart-objects.ts';
import { writePodFiles } from './pod-files.ts';
import type { TestEnvironment } from './test-environment.ts';

const SHIM = new URL('pod-file-system.ts', import.meta.url).href;

/** What the kubelet sets in every pod, for the client of the API server. */
export function kubeletVariables(environment: TestEnvironment): Record<string, string> {
  const { hostname, port } = new URL(environment.servers.kubernetes.url);
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
}

/** Starts the service as a pod of a Deployment: with its variables, its mounted files and its account, and no others. */
export async function startAsPod(environment: TestEnvironment, deployment: Deployment): Promise<LocalService> {
  const root = await mkdtemp(join(tmpdir(), 'pod-'));
  environment.added.defer(() => rm(root, { recursive: true }));
  await writePodFiles(root, deployment, environment);
  return await environment.startService({
    // What a test's services have otherwise.
    WATCH_NAMESPACE: '',
    TASK_QUEUE: '',
    LEASE_NAMESPACE: '',
    KUBECONFIG: '',
    HOME: '/nowhere',
    NODE_OPTIONS: `--import=${SHIM}`,
    POD_ROOT: root,
    ...kubeletVariables(environment),
    ...variablesOf(deployment),
  });
}
