import type { FaultType } from '../plan/fault-types.ts';
import {
  freeze,
  ignoreNextSigterm,
  killGuarded,
  killSidecarInRestart,
  lie,
  restartSlowly,
  takeOutsiderDown,
} from './chain-faults.ts';
import type { Injector } from './injector.ts';
import { disturbEtcdLink, disturbLink } from './link-faults.ts';
import { endSidecar, ignoreSigterm, killSeid, leavePhase, misbehave, pauseSeid } from './node-faults.ts';
import { killReplica, pauseReplica, stopReplica } from './replica-faults.ts';
import { killServer, pauseServer } from './server-faults.ts';
import type { ChaosStack } from '../start-chaos-stack.ts';

const apiServer = ({ servers }: ChaosStack) => servers.kubernetes.apiServer;
const etcd = ({ servers }: ChaosStack) => servers.kubernetes.etcd;
const temporal = ({ servers }: ChaosStack) => servers.temporal.server;
const garbage = ['html', 'half', 'empty', 'huge'] as const;
const statuses = [500, 503, 429, 502] as const;

/** Few enough that they are used up by the requests of one task. */
const times = (forMs: number): number => 1 + (forMs % 3);

export const injectors: Readonly<Record<FaultType, Injector>> = {
  'worker.kill': killReplica,
  'worker.stop': stopReplica,
  'worker.pause': pauseReplica,
  'bridge.kill': killReplica,
  'bridge.stop': stopReplica,
  'bridge.pause': pauseReplica,

  'api-server.kill': killServer(apiServer),
  'api-server.pause': pauseServer(apiServer),
  'etcd.kill': killServer(etcd),
  'etcd.pause': pauseServer(etcd),
  'etcd-link.delay': disturbEtcdLink('delay'),
  'etcd-link.reset': disturbEtcdLink('reset'),
  'etcd-link.half-close': disturbEtcdLink('half-close'),
  'etcd-link.truncate': disturbEtcdLink('truncate'),

  'temporal.kill': killServer(temporal),
  'temporal.pause': pauseServer(temporal),

  'api-server-link.delay': disturbLink('api-server', 'delay'),
  'api-server-link.reset': disturbLink('api-server', 'reset'),
  'api-server-link.half-close': disturbLink('api-server', 'half-close'),
  'api-server-link.truncate': disturbLink('api-server', 'truncate'),
  'temporal-link.delay': disturbLink('temporal', 'delay'),
  'temporal-link.reset': disturbLink('temporal', 'reset'),
  'temporal-link.half-close': disturbLink('temporal', 'half-close'),
  'temporal-link.truncate': disturbLink('temporal', 'truncate'),
  'sidecar-link.delay': disturbLink('sidecar', 'delay'),
  'sidecar-link.reset': disturbLink('sidecar', 'reset'),
  'sidecar-link.half-close': disturbLink('sidecar', 'half-close'),
  'sidecar-link.truncate': disturbLink('sidecar', 'truncate'),

  'sidecar.kill': endSidecar('crashSidecar'),
  'sidecar.stop': endSidecar('stopSidecar'),
  'sidecar.hang': misbehave(() => ({ hang: { times: 1_000 } })),
  'seid.kill': killSeid,
  'seid.pause': pauseSeid,
  'seid.ignores-sigterm': ignoreSigterm,
  'node.out-of-phase': leavePhase,
  'sidecar.drops-after-post': misbehave(() => ({ dropAfterPost: { times: 1 } })),
  'sidecar.garbage': misbehave((forMs) => ({
    garbage: { times: times(forMs), body: garbage[forMs % garbage.length] ?? 'html' },
  })),
  'sidecar.error-status': misbehave((forMs) => ({
    answerStatus: { times: times(forMs), status: statuses[forMs % statuses.length] ?? 500 },
  })),
  'sidecar.not-found': misbehave((forMs) => ({ taskNotFound: { times: times(forMs) } })),

  'validator.kill': killGuarded,
  'guarded.slow': restartSlowly,
  'guarded.sidecar-kill': killSidecarInRestart,
  'guarded.ignores-sigterm': ignoreNextSigterm,
  'source.lies': lie,
  'source.frozen': freeze,
  'outsider.down': takeOutsiderDown,
};
