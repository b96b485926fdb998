import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SEI_NODE_TASK } from '../api/resources.ts';
import { adminTransport } from '../dev/admin-transport.ts';
import { startServersWithManifests } from '../dev/start-servers-with-manifests.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { bundlePlugin } from '../scripts/build/bundle-plugin.ts';
import type { Options } from './arguments.ts';
import { cpuMsOf } from './process-usage.ts';
import { atMost, resultOf, type Result } from './result.ts';
import type { BenchRun } from './start-bench-stack.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const NAMESPACE = 'default';
/** Runs of one command in a row, so that commands take turns. */
const BATCH = 5;
/** What one command may take in addition to an empty program, in milliseconds of CPU time. */
const GOAL = atMost(250, 150);
/** Runs a command that many times; the shell's own statistics then have the CPU time of all of them. */
const REPEAT =
  'left=$1; shift; while [ $left -gt 0 ]; do "$@" >/dev/null || exit 1; left=$((left - 1)); done; exec cat /proc/$$/stat';

/** Measures the CPU time of the built plugin and that of an empty program of Node. */
export async function measurePlugin({ runs, tasks }: Options<'plugin'>, run: BenchRun): Promise<Result[]> {
  const { progress, directory, ending } = run;
  await using started = new AsyncDisposableStack();
  const { signal } = ending;
  const servers = await startServersWithManifests({
    directory,
    progress,
    signal,
    onUnexpectedExit: (error) => ending.abort(error),
  });
  started.defer(servers.stop);
  const { kubernetes } = servers;
  const client = new ResourceClient(started.use(await adminTransport(kubernetes)), SEI_NODE_TASK);
  for (let index = 0; index < tasks; index += 1) await client.create(NAMESPACE, restartOf(`node-${index}`));
  await bundlePlugin(PROJECT, directory);

  const plugin = [process.execPath, `${directory}/launch.cjs`];
  const commands = {
    empty: [process.execPath, '-e', '0'],
    get: [...plugin, 'get'],
    completion: [...plugin, '__complete', 'status', ''],
    kubectl: ['kubectl', 'get', 'seinodetasks'],
  };
  const cpuMs = { empty: 0, get: 0, completion: 0, kubectl: 0 };
  const names = Object.keys(commands) as (keyof typeof commands)[];
  const env = { PATH: process.env['PATH'], HOME: directory, KUBECONFIG: kubernetes.kubeconfig('admin') };
  progress('one batch of each command, which fills the compile cache');
  for (const name of names) await cpuMsOfBatch(commands[name], env, signal);
  const batches = Math.ceil(runs / BATCH);
  for (let batch = 0; batch < batches; batch += 1) {
    progress(`${batch * BATCH} of ${batches * BATCH} runs of each command`);
    for (const name of names) cpuMs[name] += (await cpuMsOfBatch(commands[name], env, signal)) / (batches * BATCH);
  }
  const more = (name: 'get' | 'completion'): number => cpuMs[name] - cpuMs.empty;
  return [
    resultOf({ metric: '`get`, in addition to `node -e 0`', unit: 'ms', value: more('get'), goal: GOAL }),
    resultOf({ metric: 'completion of names, likewise', unit: 'ms', value: more('completion'), goal: GOAL }),
    resultOf({ metric: '`node -e 0`', unit: 'ms', value: cpuMs.empty }),
    resultOf({ metric: '`kubectl get seinodetasks`', unit: 'ms', value: cpuMs.kubectl }),
  ];
}

async function cpuMsOfBatch(command: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  const words = ['-c', REPEAT, 'sh', String(BATCH), ...command];
  return cpuMsOf((await promisify(execFile)('sh', words, { env, signal })).stdout);
}

function restartOf(node: string): object {
  const { group, version, kind } = SEI_NODE_TASK;
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name: `restart-${node}` },
    spec: { kind: 'RestartSeid', target: { nodeRef: { name: node } }, restartSeid: {} },
  };
}
