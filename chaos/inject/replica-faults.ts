import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../../lib/abortable.ts';
import type { Replica } from '../replica.ts';
import type { Injection, Injector } from './injector.ts';
import { pause } from './pause.ts';

function replicaOf({ world, fault }: Injection): Replica {
  const replica = world.replicas.get(fault.target);
  if (replica === undefined) throw new Error(`there is no process ${fault.target}`);
  return replica;
}

/** Ends a process of the service and after a while starts another one; the next fault waits until that is ready. */
function replace(end: (replica: Replica) => Promise<boolean>): Injector {
  return async (injection) => {
    const { fault, signal } = injection;
    const replica = replicaOf(injection);
    const tookEffect = await end(replica);
    await sleep(fault.forMs, undefined, { signal });
    await replica.start();
    // One that is not ready in time is not what is looked for here: what it leaves undone is.
    await abortable(replica.ready(), signal).catch(() => signal.throwIfAborted());
    return tookEffect;
  };
}

export const killReplica = replace(async (replica) => {
  await replica.kill();
  return true;
});

export const stopReplica = replace((replica) => replica.stop());

export const pauseReplica: Injector = async (injection) => {
  const replica = replicaOf(injection);
  return await pause({ pid: replica.pid, signal: (signal) => replica.signal(signal) }, injection);
};
