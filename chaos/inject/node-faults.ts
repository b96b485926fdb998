import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '../../simulator/faults.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { NAMESPACE } from '../start-chaos-stack.ts';
import { holdUntilMet } from './hold-until-met.ts';
import type { Injection, Injector } from './injector.ts';
import { pause } from './pause.ts';

const LOOK_MS = 50;
const RETRY_MS = 200;

/** The node that a fault is aimed at. */
export function nodeOf({ stack, fault }: Injection): SimulatedNode {
  return stack.fleet.node(NAMESPACE, fault.target);
}

/** `kill -9` of a sidecar or SIGTERM to it, and after a while a start. */
export function endSidecar(how: 'crashSidecar' | 'stopSidecar'): Injector {
  return async (injection) => {
    const node = nodeOf(injection);
    const wasUp = node.sidecar.up;
    await node[how]();
    try {
      await sleep(injection.fault.forMs, undefined, { signal: injection.signal });
    } finally {
      node.startSidecar();
    }
    return wasUp;
  };
}

/** Holds until it has hit a request, if none comes for as long as it is planned. */
export function misbehave(faultsFor: (forMs: number) => Faults): Injector {
  return async (injection) => {
    const node = nodeOf(injection);
    const faults = faultsFor(injection.fault.forMs);
    node.setFaults(faults);
    try {
      return await holdUntilMet(injection, () => JSON.stringify(node.faults) !== JSON.stringify(faults));
    } finally {
      node.setFaults({});
    }
  };
}

/** The kubelet starts seid again at once. */
export const killSeid: Injector = async (injection) => {
  const node = nodeOf(injection);
  const pid = node.seidPid;
  if (pid === undefined) return false;
  process.kill(pid, 'SIGKILL');
  while (node.seidPid === pid) await sleep(LOOK_MS, undefined, { signal: injection.signal });
  return true;
};

export const pauseSeid: Injector = async (injection) => {
  const node = nodeOf(injection);
  const pid = node.seidPid;
  if (pid === undefined) return false;
  const signal = (name: NodeJS.Signals): void => {
    if (node.seidPid === pid) process.kill(pid, name);
  };
  return await pause({ pid, signal }, injection);
};

/** Counts if a task has sent a SIGTERM by then. */
export const ignoreSigterm: Injector = async (injection) => {
  const node = nodeOf(injection);
  const before = node.sigtermsReceived;
  node.setFaults({ ignoreSigterm: true });
  try {
    return await holdUntilMet(injection, () => node.sigtermsReceived > before);
  } finally {
    node.setFaults({});
  }
};

/** The controller that owns SeiNodes says that a node is not Running for a while. */
export const leavePhase: Injector = async ({ stack, fault, signal }) => {
  const setPhase = async (phase: string): Promise<void> => {
    for (;;) {
      try {
        await stack.seiNodes.patchStatus({ namespace: NAMESPACE, name: fault.target }, { status: { phase } });
        return;
      } catch {
        await sleep(RETRY_MS, undefined, { signal });
      }
    }
  };
  await setPhase('Initializing');
  await sleep(fault.forMs, undefined, { signal });
  await setPhase('Running');
  return true;
};
