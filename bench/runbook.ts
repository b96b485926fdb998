import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { adminTransport } from '../dev/admin-transport.ts';
import { cachedWorkflowBundle } from '../dev/cached-workflow-bundle.ts';
import { ServerExitedError } from '../dev/errors.ts';
import { registerSeiNode } from '../dev/register-sei-node.ts';
import { spawnGuarded, type GuardedProcess } from '../dev/spawn-guarded.ts';
import type { LocalServers } from '../dev/start-local-servers.ts';
import { startServersWithManifests } from '../dev/start-servers-with-manifests.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { readClusterId } from '../kubernetes/read-cluster-id.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Options } from './arguments.ts';
import { atMost, resultOf, type Result } from './result.ts';
import { measureRound, type Round } from './round.ts';
import { historiesOf, RunbookRuns, type Histories, type MeasuredRunbook } from './runbook-runs.ts';
import { CHAIN_ID, NAMESPACE, nodeName, type RunbookWorkerSettings } from './runbook-worker/settings.ts';
import { eachAtOnce } from './series.ts';
import type { BenchRun } from './start-bench-stack.ts';

const MAIN = fileURLToPath(new URL('runbook-worker/main.ts', import.meta.url));
/** Those of `npm start`, which limit the heaps. */
const FLAGS = packageJson.scripts.start.split(' ').filter((word) => word.startsWith('--'));
const ACCOUNT = 'system:serviceaccount:sei-system:sei-node-tasks';
const STOP_GRACE_MS = 10_000;
/** Nodes that are restarted first, by a runbook that is not measured. */
const WARM_UP = 2;
const REGISTRATIONS_AT_ONCE = 16;
const BYTES_PER_KB = 1_000;
const BYTES_PER_MB = 1_000_000;

/** Measures a rolling restart of many nodes whose sidecars are done at once and whose chain is read from memory. */
export async function measureRunbook(options: Options<'runbook'>, run: BenchRun): Promise<Result[]> {
  const { nodes, 'at-once': atOnce } = options;
  const { progress, directory, ending } = run;
  await using started = new AsyncDisposableStack();
  const servers = await startServersWithManifests({
    directory,
    progress,
    signal: ending.signal,
    onUnexpectedExit: (error) => ending.abort(error),
  });
  started.defer(servers.stop);
  const admin = started.use(await adminTransport(servers.kubernetes));
  await registerNodes(admin, nodes, run);
  const worker = started.use(await startWorker(servers, nodes, run));
  const connection = started.adopt(await Connection.connect({ address: servers.temporal.address }), (opened) =>
    opened.close(),
  );
  const client = new Client({ connection, namespace: servers.temporal.namespace });
  const runbooks = new RunbookRuns(admin, client, { clusterId: await readClusterId(admin), run });

  progress(`warming up: a runbook of ${WARM_UP} nodes`);
  const some = Array.from({ length: Math.min(WARM_UP, nodes) }, (_, index) => nodeName(index));
  await runbooks.finish('warm-up', { targets: { nodes: some } });
  let measured: MeasuredRunbook | undefined;
  const round = await measureRound({ what: 'runbook', tasks: nodes, pid: worker.pid, servers, progress }, async () => {
    measured = await runbooks.finish('restart', { targets: { selector: {} }, strategy: { maxUnavailable: atOnce } });
  });
  if (measured?.status.counts?.complete !== nodes)
    throw new Error(`The runbook did not restart every node: ${JSON.stringify(measured?.status)}`);
  return resultsOf(nodes, round, { ...measured, ...(await historiesOf(client, measured.workflowId, ending.signal)) });
}

async function registerNodes(admin: KubernetesTransport, nodes: number, { progress, ending }: BenchRun): Promise<void> {
  await eachAtOnce(nodes, REGISTRATIONS_AT_ONCE, async (index) => {
    ending.signal.throwIfAborted();
    const node = { namespace: NAMESPACE, name: nodeName(index), chainId: CHAIN_ID, phase: 'Running' };
    await registerSeiNode(admin, { ...node, role: 'fullNode' });
  });
  progress(`${nodes} SeiNodes exist`);
}

async function startWorker(
  { directory, kubernetes, temporal }: LocalServers,
  nodes: number,
  { ending }: BenchRun,
): Promise<Pick<GuardedProcess, 'pid'> & AsyncDisposable> {
  const settings: RunbookWorkerSettings = {
    temporal: { address: temporal.address, namespace: temporal.namespace },
    kubeconfig: kubernetes.kubeconfig(ACCOUNT),
    bundleFile: await cachedWorkflowBundle(directory),
    nodes,
  };
  const file = join(directory, 'runbook-worker.log');
  const worker = await spawnGuarded({
    command: process.execPath,
    arguments: [...FLAGS, MAIN, JSON.stringify(settings)],
    output: { file },
  });
  let isStopped = false;
  const onExit = ({ code, signal }: Awaited<GuardedProcess['exited']>): void => {
    const how = signal ?? `code ${code}`;
    if (!isStopped) ending.abort(new ServerExitedError(`The worker ended (${how}). Check its log, ${file}.`));
  };
  void worker.exited.then(onExit);
  return {
    pid: worker.pid,
    async [Symbol.asyncDispose]() {
      isStopped = true;
      await worker.stop(STOP_GRACE_MS);
    },
  };
}

function resultsOf(nodes: number, { perSecond, cpuMs, peakMb }: Round, runbook: MeasuredRunbook & Histories): Result[] {
  return [
    resultOf({
      metric: 'history events of the runbook per node',
      unit: '',
      value: runbook.events / nodes,
      goal: atMost(25),
    }),
    resultOf({ metric: 'runs of its workflow', unit: '', value: runbook.runs }),
    resultOf({ metric: 'largest history of a run', unit: 'MB', value: runbook.largestBytes / BYTES_PER_MB }),
    resultOf({ metric: 'largest status', unit: 'kB', value: runbook.statusBytes / BYTES_PER_KB, goal: atMost(200) }),
    resultOf({ metric: 'rate', unit: 'nodes/s', value: perSecond }),
    resultOf({ metric: 'CPU of our process per node', unit: 'ms', value: cpuMs.own }),
    resultOf({ metric: 'CPU of the Temporal server per node', unit: 'ms', value: cpuMs.temporal }),
    resultOf({ metric: 'CPU of API server and etcd per node', unit: 'ms', value: cpuMs.kubernetes }),
    resultOf({ metric: 'peak of the memory of our process', unit: 'MB', value: peakMb }),
  ];
}
