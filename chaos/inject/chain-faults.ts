import { setTimeout as sleep } from 'node:timers/promises';
import { ANSWERED_LIES, type RpcLie } from '../../simulator/chain/rpc-lies.ts';
import { GARBAGE_BODIES, type Faults } from '../../simulator/faults.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { GUARDED_NODES } from '../plan/guarded-chain.ts';
import { NAMESPACE } from '../start-chaos-stack.ts';
import { waitUntilMet } from './hold-until-met.ts';
import type { Injection, Injector } from './injector.ts';
import { endSidecar, killSeid, misbehave, nodeOf } from './node-faults.ts';

const LOOK_MS = 50;
/** Longest wait for the next guarded restart, in milliseconds: each waits for the chain, and for others. */
const PATIENCE_MS = 60_000;
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

/** A restart in which the node boots slowly and catches up slowly. */
export const restartSlowly: Injector = async (injection) => {
  const { forMs } = injection.fault;
  return await untilNext(injection, endsOf, { slowBootMs: forMs, catchUpMs: forMs });
};

/** A restart that fails, since seid continues. */
export const ignoreNextSigterm: Injector = async (injection) =>
  await untilNext(injection, ({ sigtermsReceived }) => sigtermsReceived, { ignoreSigterm: true });

/** Counts if the sidecar was killed in the middle of a restart, which it then runs once more. */
export const killSidecarInRestart: Injector = async (injection) => {
  const find = (): SimulatedNode | undefined => guardedNodes(injection).find(isRestarting);
  await waitUntilMet(injection, () => find() !== undefined, PATIENCE_MS);
  const target = find()?.name;
  if (target === undefined) return false;
  return await endSidecar('crashSidecar')({ ...injection, fault: { ...injection.fault, target } });
};

/**
 * Lets all guarded nodes have these faults until the count of one of them has grown and it serves.
 *
 * @returns Whether it has.
 */
async function untilNext(
  injection: Injection,
  count: (node: SimulatedNode) => number,
  faults: Faults,
): Promise<boolean> {
  const nodes = guardedNodes(injection).map((node) => ({ node, before: count(node) }));
  for (const { node } of nodes) node.setFaults(faults);
  try {
    const isMet = ({ node, before }: (typeof nodes)[number]): boolean => count(node) > before && node.chainNode.serving;
    return await waitUntilMet(injection, () => nodes.some(isMet), PATIENCE_MS);
  } finally {
    for (const { node } of nodes) node.setFaults({});
  }
}

function endsOf({ pastSeidPids }: SimulatedNode): number {
  return pastSeidPids.length;
}

function isRestarting({ tasks }: SimulatedNode): boolean {
  return tasks.some(({ type, status }) => type === 'restart-seid' && status === 'running');
}

function guardedNodes({ stack }: Injection): SimulatedNode[] {
  return GUARDED_NODES.map((name) => stack.fleet.node(NAMESPACE, name));
}
