import { setTimeout as sleep } from 'node:timers/promises';
import { ANSWERED_LIES, type RpcLie } from '../../simulator/chain/rpc-lies.ts';
import { GARBAGE_BODIES } from '../../simulator/faults.ts';
import { holdUntilMet, waitUntilMet } from './hold-until-met.ts';
import type { Injector } from './injector.ts';
import { endSidecar, killSeid, misbehave, nodeOf } from './node-faults.ts';

const LOOK_MS = 50;
const LIES: readonly RpcLie[] = [...ANSWERED_LIES, ...GARBAGE_BODIES, 'hang'];

/** One source answers wrongly, in one way. */
export const lie = misbehave((forMs) => ({ rpc: { lie: LIES[forMs % LIES.length] ?? 'error', times: 1_000 } }));

/** Counts if the chain continued without it. */
export const freeze: Injector = async (injection) => {
  const { stack, fault, signal } = injection;
  const node = nodeOf(injection);
  node.setFaults({ frozen: true });
  try {
    await sleep(fault.forMs, undefined, { signal });
    return node.chainNode.height < stack.fleet.height;
  } finally {
    node.setFaults({});
  }
};

/** A validator of somebody else does not sign. */
export const takeOutsiderDown: Injector = async ({ stack, fault, signal }) => {
  const { chain } = stack.fleet;
  chain.setValidator(fault.target, { down: true });
  try {
    await sleep(fault.forMs, undefined, { signal });
    return true;
  } finally {
    chain.setValidator(fault.target, { down: false });
  }
};

/** It catches up afterwards, so that its validator is missing for a while. */
export const killGuarded: Injector = async (injection) => {
  const node = nodeOf(injection);
  node.setFaults({ catchUpMs: injection.fault.forMs });
  try {
    const wasKilled = await killSeid(injection);
    while (!node.chainNode.serving) await sleep(LOOK_MS, undefined, { signal: injection.signal });
    return wasKilled;
  } finally {
    node.setFaults({});
  }
};

/** Counts if a task has restarted the node, which then boots slowly and catches up slowly. */
export const restartSlowly: Injector = async (injection) => {
  const { forMs } = injection.fault;
  const node = nodeOf(injection);
  const before = node.sigtermsReceived;
  node.setFaults({ slowBootMs: forMs, catchUpMs: forMs });
  try {
    return await holdUntilMet(injection, () => node.sigtermsReceived > before && node.chainNode.serving);
  } finally {
    node.setFaults({});
  }
};

/** Counts if the sidecar was killed in the middle of a restart, which it then runs once more. */
export const killSidecarInRestart: Injector = async (injection) => {
  const node = nodeOf(injection);
  const isRestarting = (): boolean =>
    node.tasks.some(({ type, status }) => type === 'restart-seid' && status === 'running');
  return (await waitUntilMet(injection, isRestarting)) && (await endSidecar('crashSidecar')(injection));
};
