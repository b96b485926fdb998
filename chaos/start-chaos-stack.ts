import { SEI_NODE, SEI_NODE_RUNBOOK } from '../api/resources.ts';
import type { ServerExitedError } from '../dev/errors.ts';
import type { ProgressReporter } from '../dev/progress-reporter.ts';
import type { LocalServers } from '../dev/start-local-servers.ts';
import { startLocalStack, type LocalStack } from '../dev/start-local-stack.ts';
import { startServersWithManifests } from '../dev/start-servers-with-manifests.ts';
import { TcpProxy } from '../dev/tcp-proxy.ts';
import { abortable } from '../lib/abortable.ts';
import { EtcdHistory, type StoredState } from './etcd-history.ts';
import type { ObservedDeath } from './observations.ts';
import { CHAIN_ID, CONSENSUS, GUARDED_NODES, SOURCES, UNGUARDED_CHAIN_ID } from './plan/guarded-chain.ts';
import { BRIDGES, WORKERS } from './plan/plan-faults.ts';
import type { PlannedNode } from './plan/planned-node.ts';
import { createReplica, type Replica } from './replica.ts';
import { SeiNodeController } from './sei-node-controller.ts';

export const NAMESPACE = 'chaos';
/** A real sidecar's patience would be longer than a run, and looks as often as in other tests cost a core. */
const CHAIN = {
  chainId: CHAIN_ID,
  consensus: CONSENSUS,
  restartGraceMs: 6_000,
  rpcUpTimeoutMs: 20_000,
  killAfterMs: 2_000,
  pollIntervalMs: 200,
};
const PEERS = [{ static: { addresses: [`${'a'.repeat(40)}@192.0.2.1:26656`] } }];

export interface ChaosStackOptions {
  readonly directory: string;
  readonly nodes: readonly PlannedNode[];
  readonly progress: ProgressReporter;
  readonly signal: AbortSignal;
  /** Told of every change of a SeiNodeTask. */
  readonly onTask: (state: StoredState) => void;
  /** Told of every change of a SeiNodeRunbook. */
  readonly onRunbook: (state: StoredState) => void;
  readonly onDeath: (death: ObservedDeath) => void;
  readonly onServerExit: (error: ServerExitedError) => void;
}

/** A stack on servers of its own, with several processes of the service; each of them can be hurt on its own. */
export interface ChaosStack extends LocalStack<LocalServers> {
  readonly etcdLink: TcpProxy;
  readonly replicas: ReadonlyMap<string, Replica>;
  readonly controller: SeiNodeController;
}

/** @throws What servers and service throw, or the signal's reason; what had been started is ended first. */
export async function startChaosStack(options: ChaosStackOptions): Promise<ChaosStack> {
  const { directory, nodes, progress, signal, onTask, onRunbook, onDeath, onServerExit } = options;
  await using started = new AsyncDisposableStack();
  const etcdLink = started.adopt(await TcpProxy.create(), (link) => link.close());
  const servers = await startServersWithManifests({
    directory,
    progress,
    signal,
    etcdLink,
    onUnexpectedExit: onServerExit,
  });
  started.defer(servers.stop);
  const stack = started.use(await startLocalStack({ servers, namespace: NAMESPACE, chain: CHAIN }));

  const over = new AbortController();
  started.defer(() => over.abort());
  const controller = new SeiNodeController(stack.seiNodes, NAMESPACE, over.signal);
  started.use(
    new EtcdHistory(servers.kubernetes.etcdUrl, (state) => {
      if (state.plural === SEI_NODE.plural) controller.observe(state);
      else if (state.plural === SEI_NODE_RUNBOOK.plural) onRunbook(state);
      else onTask(state);
    }),
  );
  await Promise.all(
    nodes.map(({ name, sidecarVersion, transactions, hasPeers }, index) =>
      stack.addNode(name, {
        sidecarVersion,
        transactions,
        tasksOnSigterm: { seed: index },
        spec: { chainId: UNGUARDED_CHAIN_ID, peers: hasPeers ? PEERS : [] },
      }),
    ),
  );
  await Promise.all(
    [...GUARDED_NODES, ...SOURCES].map((name, index) =>
      stack.addNode(name, { sidecarVersion: index % 2 === 0 ? 'v0.0.56' : 'newer', tasksOnSigterm: { seed: index } }),
    ),
  );

  const replicas = new Map<string, Replica>();
  const named = [
    ...WORKERS.map((name) => ({ name, role: 'worker' }) as const),
    ...BRIDGES.map((name) => ({ name, role: 'bridge' }) as const),
  ];
  for (const { name, role } of named)
    replicas.set(name, started.use(await createReplica({ name, role, stack, onDeath })));
  const services = await Promise.all([...replicas.values()].map(({ service }) => service.start()));
  await abortable(Promise.all(services.map((service) => service.ready())), signal);

  const running = started.move();
  return { ...stack, etcdLink, replicas, controller, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
