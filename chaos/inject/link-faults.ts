import type { DisturbanceType } from '../../dev/disturbance.ts';
import type { TcpProxy } from '../../dev/tcp-proxy.ts';
import type { LinkName } from '../replica.ts';
import { holdUntilMet } from './hold-until-met.ts';
import type { Injection, Injector } from './injector.ts';

/** Shorter and longer than the timeouts of clients, in milliseconds. */
const DELAYS_MS = [150, 1_500, 6_000] as const;

/** Disturbs the link of a process of the service to a server. */
export function disturbLink(name: LinkName, type: DisturbanceType): Injector {
  return async (injection) => {
    const replica = injection.world.replicas.get(injection.fault.target);
    return replica === undefined ? false : await disturb(replica.links[name], type, injection);
  };
}

/** Disturbs the link between the API server and etcd. */
export function disturbEtcdLink(type: DisturbanceType): Injector {
  return async (injection) => await disturb(injection.world.etcdLink, type, injection);
}

async function disturb(link: TcpProxy, type: DisturbanceType, injection: Injection): Promise<boolean> {
  const milliseconds = DELAYS_MS[injection.fault.forMs % DELAYS_MS.length] ?? 0;
  link.disturb(type === 'delay' ? { type, milliseconds } : { type });
  try {
    return await holdUntilMet(injection, () => link.disturbed > 0);
  } finally {
    link.soothe();
  }
}
