import { chainPermitIdOf } from '../api/temporal/permit-id.ts';
import type { NodeReference } from '../api/node-reference.ts';
import type { ChainObservation } from '../core/guard/chain-observation.ts';
import { decideGuard, type GuardDecision } from '../core/guard/decide-guard.ts';
import type { GuardObstacle } from '../core/guard/guard-obstacle.ts';
import type { GuardTarget } from '../core/guard/guard-situation.ts';
import type { PlannedGuard } from '../core/guard/plan-guard.ts';
import { heldDownIn, withEnd, type RestartEnd } from '../core/guard/recent-restarts.ts';
import { present } from '../lib/present.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { Attempt } from './attempt.ts';
import type { ChainReader } from './chain/chain-reader.ts';
import type { ChainRestarts } from './chain-restarts.ts';
import type { NodePermits } from './node-permits.ts';

export interface GuardDependencies {
  readonly chains: Pick<ChainReader, 'read'>;
  readonly restarts: ChainRestarts;
  readonly permits: NodePermits;
}

export interface GuardQuestion {
  readonly guard: PlannedGuard;
  readonly target: GuardTarget;
  /** Uid of the `kube-system` namespace of the target's cluster. */
  readonly cluster: string;
  /** End of the last restart that the target's sidecar lists, in milliseconds since the epoch. Unset: none is known. */
  readonly lastRestartMs: number | undefined;
  readonly attempt: Pick<Attempt<object>, 'nowMs' | 'signal'>;
}

/** What the guard of a task came to: what the task has to wait for, or that it may be sent. */
export type GuardPass = { readonly obstacle: GuardObstacle } | { readonly decision: GuardDecision };

/** Reads the chain and decides. Does not hold the chain's permit for the task. */
export async function evaluateGuard(
  { chains, restarts }: GuardDependencies,
  { guard, target, cluster, lastRestartMs, attempt }: GuardQuestion,
): Promise<GuardDecision> {
  const permittedAtMs = attempt.nowMs;
  const { chainId = '' } = target;
  const recent = chainId === '' ? [] : await restarts.read(chainId);
  const last = heldDownIn(cluster, recent);
  const observation = await observed(chains, chainId, { guard, target, last, attempt });
  const situation = { target, cluster, recent, permittedAtMs, ...present({ lastRestartMs }) };
  return decideGuard(observation, situation, guard, attempt.nowMs);
}

async function observed(
  chains: GuardDependencies['chains'],
  chainId: string,
  {
    guard: { minSources },
    target,
    last,
    attempt,
  }: Pick<GuardQuestion, 'guard' | 'target' | 'attempt'> & { readonly last: readonly NodeReference[] },
): Promise<ChainObservation> {
  const nothing = { chainId, readFromMs: attempt.nowMs, nodes: [], sources: [] };
  if (chainId === '') return nothing;
  try {
    const { signal } = attempt;
    return await chains.read({ chainId, target, last, minSources, signal, nowMs: () => attempt.nowMs });
  } catch (error) {
    if (error instanceof KubernetesError) return { ...nothing, problem: error.message };
    throw error;
  }
}

/**
 * Whether a task may be sent. One that may take down a validator first acquires the permit of its chain, so that what is
 * read afterwards contains the restarts of all others.
 *
 * @param acquire - Tries to acquire that permit. Returns its holder when it is another one.
 */
export async function passGuard(
  dependencies: GuardDependencies,
  question: GuardQuestion,
  acquire: (permitId: string) => Promise<string | undefined>,
): Promise<GuardPass> {
  const { target } = question;
  const { chainId } = target;
  if (target.role !== 'validator' || chainId === undefined) {
    const decision = await evaluateGuard(dependencies, question);
    if (!decision.isAllowed || !decision.mayHavePower || chainId === undefined) return passOf(decision);
  }
  const holder = await acquire(chainPermitIdOf(chainId));
  if (holder !== undefined) return { obstacle: { by: 'chain', chainId, holder } };
  return passOf(await evaluateGuard(dependencies, question));
}

export function passOf(decision: GuardDecision): GuardPass {
  const { isAllowed, message, numbers } = decision;
  return isAllowed ? { decision } : { obstacle: { by: 'guard', finding: message, numbers } };
}

/** Records that a validator is about to be taken down. The task holds the permit of its chain. */
export async function recordRestart(
  { restarts }: GuardDependencies,
  chainId: string,
  {
    decision,
    holder,
    cluster,
    node,
    nowMs,
  }: {
    readonly decision: GuardDecision;
    /** Id of the workflow of the task. */
    readonly holder: string;
    readonly cluster: string;
    readonly node: NodeReference;
    readonly nowMs: number;
  },
): Promise<void> {
  const { namespace, name } = node;
  const restart = { cluster, namespace, name, holder, sentAtMs: nowMs, ...present({ address: decision.address }) };
  await restarts.write(chainId, [...decision.recent.filter((other) => other.holder !== holder), restart]);
}

/**
 * Records the end of a restart, or that nothing was sent, and releases the permit of the chain. Does nothing when the
 * workflow does not hold it.
 */
export async function endRestart(
  { restarts, permits }: Pick<GuardDependencies, 'restarts' | 'permits'>,
  chainId: string,
  end: RestartEnd,
): Promise<void> {
  const { holder } = end;
  const permitId = chainPermitIdOf(chainId);
  if (!(await permits.isHeldBy(permitId, holder))) return;
  const recent = await restarts.read(chainId);
  if (recent.some((restart) => restart.holder === holder)) await restarts.write(chainId, withEnd(recent, end));
  await permits.release(permitId, holder);
}
