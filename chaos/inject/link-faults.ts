import type { DisturbanceType } from '../../dev/disturbance.ts';
import type { TcpProxy } from '../../dev/tcp-proxy.ts';
import { ALL_BRIDGES, BRIDGES } from '../plan/plan-faults.ts';
import type { LinkName, Replica } from '../replica.ts';
import { holdUntilMet } from './hold-until-met.ts';
import type { Injection, Injector } from './injector.ts';

/** Shorter and longer than the timeouts of clients, in milliseconds. */
const DELAYS_MS = [150, 1_500, 6_000] as const;

/** Disturbs the link of a process of the service, or of all bridges, to a server. */
export function disturbLink(name: LinkName, type: DisturbanceType): Injector {
  return async (injection) =>
    await disturb(
      replicasOf(injection).map(({ links }) => links[name]),
      type,
      injection,
    );
}

/** Disturbs the link between the API server and etcd. */
export function disturbEtcdLink(type: DisturbanceType): Injector {
  return async (injection) => await disturb([injection.stack.etcdLink], type, injection);
}

function replicasOf({ stack, fault: { target } }: Injection): Replica[] {
  const names: readonly string[] = target === ALL_BRIDGES ? BRIDGES : [target];
  return [...stack.replicas.values()].filter(({ name }) => names.includes(name));
}

async function disturb(links: readonly TcpProxy[], type: DisturbanceType, injection: Injection): Promise<boolean> {
  const milliseconds = DELAYS_MS[injection.fault.forMs % DELAYS_MS.length] ?? 0;
  for (const link of links) link.disturb(type === 'delay' ? { type, milliseconds } : { type });
  try {
    return await holdUntilMet(injection, () => links.some(({ disturbed }) => disturbed > 0));
  } finally {
    for (const link of links) link.soothe();
  }
}
