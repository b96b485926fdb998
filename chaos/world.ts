import { Client, Connection } from '@temporalio/client';
import { SEI_NODE, SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { abortable } from '../lib/abortable.ts';
import { adminTransport } from '../dev/admin-transport.ts';
import { applyManifests } from '../dev/apply-manifests.ts';
import type { ProgressReporter } from '../dev/progress-reporter.ts';
import type { ServerExitedError } from '../dev/errors.ts';
import { registerSeiNode } from '../dev/register-sei-node.ts';
import { startLocalServers, type LocalServers } from '../dev/start-local-servers.ts';
import { TcpProxy } from '../dev/tcp-proxy.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { startFleet, type Fleet } from '../simulator/fleet.ts';
import { EtcdHistory, type StoredState } from './etcd-history.ts';
import type { ObservedDeath } from './observations.ts';
import { BRIDGES, WORKERS } from './plan/plan-faults.ts';
import type { PlannedNode } from './plan/planned-node.ts';
import { Replica } from './replica.ts';
import { SeiNodeController } from './sei-node-controller.ts';

export const NAMESPACE = 'chaos';
const BLOCK_INTERVAL_MS = 400;
const CHAIN_ID = 'chaos-1';
const NAMESPACES = { group: '', version: 'v1', plural: 'namespaces' } as const;
/**
 * In milliseconds: a real sidecar's patience would be longer than a run, and looks as often as in other tests cost a
 * core.
 */
const TIMINGS = { restartGraceMs: 6_000, rpcUpTimeoutMs: 20_000, killAfterMs: 2_000, pollIntervalMs: 200 };

export interface WorldOptions {
  readonly directory: string;
  readonly nodes: readonly PlannedNode[];
  readonly progress: ProgressReporter;
  readonly signal: AbortSignal;
  /** Told of every change of a SeiNodeTask. */
  readonly onTask: (state: StoredState) => void;
  readonly onDeath: (death: ObservedDeath) => void;
  readonly onServerExit: (error: ServerExitedError) => void;
}

/** Servers, a simulated chain and the processes of the service, each of which can be hurt on its own. */
export interface World extends AsyncDisposable {
  readonly servers: LocalServers;
  readonly etcdLink: TcpProxy;
  readonly fleet: Fleet;
  readonly replicas: ReadonlyMap<string, Replica>;
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly seiNodes: ResourceClient;
  readonly controller: SeiNodeController;
  readonly temporal: Client;
}

/** @throws What servers and service throw, or the signal's reason; what had been started is ended first. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { directory, nodes, progress, signal } = options;
  await using started = new AsyncDisposableStack();
  const etcdLink = await TcpProxy.create();
  started.defer(() => etcdLink.close());
  const servers = await startLocalServers({
    directory,
    progress,
    signal,
    etcdLink,
    onUnexpectedExit: options.onServerExit,
  });
  started.defer(servers.stop);

  const transport = started.use(adminTransport(servers.kubernetes));
  await applyManifests(transport);
  await new ResourceClient(transport, NAMESPACES).create(undefined, { metadata: { name: NAMESPACE } });
  const tasks = new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
  const seiNodes = new ResourceClient(transport, SEI_NODE);

  const over = new AbortController();
  started.defer(() => over.abort());
  const controller = new SeiNodeController(seiNodes, NAMESPACE, over.signal);
  started.use(
    new EtcdHistory(servers.kubernetes.etcdUrl, (state) =>
      state.plural === SEI_NODE.plural ? controller.observe(state) : options.onTask(state),
    ),
  );

  const { apiServerUrl, caFile, token } = {
    apiServerUrl: servers.kubernetes.url,
    caFile: servers.kubernetes.caFile,
    token: servers.kubernetes.token('sidecar-proxy'),
  };
  const fleet = await startFleet({
    chainId: CHAIN_ID,
    blockIntervalMs: BLOCK_INTERVAL_MS,
    ...TIMINGS,
    authorization: { apiServerUrl, caFile, token },
  });
  started.defer(() => fleet.close());
  await Promise.all(
    nodes.map(async ({ name, sidecarVersion, transactions, hasPeers }, index) => {
      await fleet.addNode({
        namespace: NAMESPACE,
        name,
        sidecarVersion,
        transactions,
        tasksOnSigterm: { seed: index },
      });
      const peers = hasPeers ? [{ static: { addresses: [`${'a'.repeat(40)}@192.0.2.1:26656`] } }] : [];
      await registerSeiNode(transport, {
        namespace: NAMESPACE,
        name,
        chainId: CHAIN_ID,
        phase: 'Running',
        spec: { peers },
      });
    }),
  );

  const connection = await Connection.connect({ address: servers.temporal.address });
  started.defer(() => connection.close());
  const temporal = new Client({ connection, namespace: servers.temporal.namespace });

  const replicas = new Map<string, Replica>();
  for (const name of [...WORKERS, ...BRIDGES]) {
    const role = name.startsWith('worker') ? 'worker' : 'bridge';
    replicas.set(
      name,
      started.use(
        await Replica.create({
          name,
          role,
          servers,
          fleetUrl: fleet.url,
          namespace: NAMESPACE,
          onDeath: options.onDeath,
        }),
      ),
    );
  }
  await Promise.all([...replicas.values()].map((replica) => replica.start()));
  await abortable(Promise.all([...replicas.values()].map((replica) => replica.ready())), signal);

  const running = started.move();
  return {
    servers,
    etcdLink,
    fleet,
    replicas,
    tasks,
    seiNodes,
    controller,
    temporal,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
