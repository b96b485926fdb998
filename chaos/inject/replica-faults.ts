import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../../lib/abortable.ts';
import type { Replica } from '../replica.ts';
import type { Injection, Injector } from './injector.ts';
import { pause } from './pause.ts';

function replicaOf({ stack, fault }: Injection): Replica {
  const replica = stack.replicas.get(fault.target);
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
    const started = await replica.service.start();
    // One that is not ready in time is not what is looked for here: what it leaves undone is.
    await abortable(started.ready(), signal).catch(() => signal.throwIfAborted());
    return tookEffect;
  };
}

export const killReplica = replace(async ({ service }) => {
  await service.kill();
  return true;
});

/** Takes effect where it ended by itself, without an error. */
export const stopReplica = replace((replica) => replica.stop());

export const pauseReplica: Injector = async (injection) => {
  const { service } = replicaOf(injection);
  return await pause({ pid: service.current.process.pid, signal: (signal) => service.signal(signal) }, injection);
};
