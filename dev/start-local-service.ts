import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { freePort } from './free-port.ts';
import type { KubernetesUser } from './kubernetes-users.ts';
import { spawnGuarded, type GuardedProcess } from './spawn-guarded.ts';
import type { ServerAddresses } from './start-local-servers.ts';
import { cachedWorkflowBundle } from './cached-workflow-bundle.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
/** What `npm start` runs: without the memory flags V8 lets the heaps of a busy service grow by another half. */
const [, ...START] = packageJson.scripts.start.split(' ');
/** Long, for busy machines. */
const READY_TIMEOUT_MS = 90_000;
/** Characters of the log that an error shows: whoever reads it may not have the file. */
const LOG_TAIL = 2_000;

export interface LocalServiceOptions {
  readonly servers: ServerAddresses;
  /** Where the simulated sidecars answer. */
  readonly fleetUrl: string;
  /** Name of the log file, and of the token file next to it. */
  readonly name: string;
  /** Flags of Node, in addition to those of `npm start`. Default: none. */
  readonly flags?: readonly string[];
  /** More environment variables. They override the others. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface LocalService {
  readonly process: GuardedProcess;
  readonly logFile: string;
  readonly probeUrl: string;
  readonly metricsUrl: string;
  /** @throws Error when the service ends first, or is not ready within 90 s. */
  ready(): Promise<void>;
}

/**
 * Starts the service as a process of its own, as the ServiceAccount of its role, against local servers and simulated
 * nodes.
 */
export async function startLocalService(options: LocalServiceOptions): Promise<LocalService> {
  const { servers, fleetUrl, name, flags = [], environment } = options;
  const account = accountOf(environment?.['ROLE']);
  const tokenFile = join(servers.directory, `${name}.token`);
  await writeFile(tokenFile, servers.kubernetes.token(account), { mode: 0o600 });
  const logFile = join(servers.directory, `${name}.log`);
  const variables = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    KUBECONFIG: servers.kubernetes.kubeconfig(account),
    TEMPORAL_ADDRESS: servers.temporal.address,
    TEMPORAL_NAMESPACE: servers.temporal.namespace,
    SIDECAR_URL_TEMPLATE: `${fleetUrl}/{namespace}/{name}`,
    SEID_RPC_URL_TEMPLATE: `${fleetUrl}/{namespace}/{name}/rpc`,
    SIDECAR_TOKEN_FILE: tokenFile,
    PROBE_ADDRESS: `127.0.0.1:${await freePort()}`,
    METRICS_ADDRESS: `127.0.0.1:${await freePort()}`,
    WORKFLOW_BUNDLE: await cachedWorkflowBundle(servers.directory),
    ...environment,
  };
  const service = await spawnGuarded({
    command: process.execPath,
    arguments: [...flags, ...START.map((word) => (word.endsWith('.ts') ? join(PROJECT, word) : word))],
    env: variables,
    output: { file: logFile },
  });
  const probeUrl = `http://${reachable(variables.PROBE_ADDRESS)}`;
  return {
    process: service,
    logFile,
    probeUrl,
    metricsUrl: `http://${reachable(variables.METRICS_ADDRESS)}/metrics`,
    ready: () => waitUntilReady(service, probeUrl, logFile),
  };
}

/** Where a listener of all addresses can be called. */
function reachable(address: string): string {
  return address.replace('0.0.0.0', '127.0.0.1');
}

/** Of deploy/rbac. */
function accountOf(role: string | undefined): KubernetesUser {
  const account = 'system:serviceaccount:sei-system:sei-node-tasks';
  return role === 'bridge' || role === 'worker' ? `${account}-${role}` : account;
}

async function waitUntilReady(service: GuardedProcess, probeUrl: string, logFile: string): Promise<void> {
  let exited = false;
  void service.exited.then(() => (exited = true));
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (exited) {
      const log = await readFile(logFile, 'utf8');
      throw new Error(`the service ended before it was ready. Its log ${logFile} ends with:\n${log.slice(-LOG_TAIL)}`);
    }
    const response = await fetch(`${probeUrl}/readyz`).catch(() => undefined);
    if (response?.status === 200) return;
    await sleep(100);
  }
  throw new Error(`the service was not ready within ${READY_TIMEOUT_MS / 1000} s; its log is ${logFile}`);
}
