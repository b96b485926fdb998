import type { NodeReference } from '../../api/node-reference.ts';
import type { SeiNode } from '../../api/sei-node.ts';
import type { SidecarActivity } from '../../api/sidecar/sidecar-activity.ts';
import { chainPermitIdOf, holderText, permitIdOf } from '../../api/temporal/permit-id.ts';
import { guardHolders, type GuardHolder } from '../../core/guard/guard-hold.ts';
import { decideStart, type StartRules } from '../../core/runbook/decide-start.ts';
import type { StartRequest, StartResult } from '../../core/runbook/runbook-activities.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import { guardTargetOf } from '../../core/guard/guard-target.ts';
import { heldDownIn } from '../../core/guard/recent-restarts.ts';
import type { ChainRestarts } from '../chain-restarts.ts';
import type { NodePermits, PermitHolder } from '../node-permits.ts';
import { readSeiNode } from '../read-sei-node.ts';
import { guardOfNode } from './guard-of-node.ts';
import { readSidecarActivity } from './read-sidecar-activity.ts';
import type { RunbookDependencies } from './runbook-dependencies.ts';

/** Pause between two checks: the first, and the longest, in milliseconds. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;
/** A message with other numbers is shown after this, in milliseconds. */
const SHOW_AGAIN_MS = 60_000;

/** What the start of a node is decided from. */
export interface StartDependencies extends Pick<RunbookDependencies, 'seiNodes' | 'chain' | 'sidecar' | 'guardWaits'> {
  readonly restarts: Pick<ChainRestarts, 'read'>;
  readonly permits: Pick<NodePermits, 'holderOf'>;
  /** Id of the workflow that will start the node: what it holds itself is not in its way. */
  readonly workflowId: string;
}

/** What a wait needs of its attempt. */
export interface WaitClock {
  readonly nowMs: number;
  readonly signal: AbortSignal;
  sleep(milliseconds: number): Promise<void>;
}

/**
 * Checks until a node may be started.
 *
 * @returns `waiting` as soon as something else is in the way than `request.shown`.
 */
export async function awaitNodeStart(
  dependencies: StartDependencies,
  request: StartRequest,
  clock: WaitClock,
): Promise<StartResult> {
  const sinceMs = clock.nowMs;
  using held = dependencies.guardWaits?.join(request.hold);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    const result = await checkOnce(dependencies, request, clock);
    held?.heldBy(holderOf(result), clock.nowMs);
    if (result.state !== 'waiting' || isNews(request, result, clock.nowMs - sinceMs)) return result;
    const untilMs = result.obstacle.untilMs ?? Number.POSITIVE_INFINITY;
    await clock.sleep(Math.min(pauseMs, Math.max(0, untilMs - clock.nowMs)));
  }
}

function holderOf(result: StartResult): GuardHolder | undefined {
  if (result.state !== 'waiting' || result.obstacle.reason !== 'Guarded') return undefined;
  // The guard allows the node, and another task has the permit of the chain.
  return guardHolders.find((holder) => holder === result.guard?.verdict) ?? 'ChainPermit';
}

function isNews(
  { shown }: StartRequest,
  { obstacle }: Extract<StartResult, { state: 'waiting' }>,
  waitedMs: number,
): boolean {
  return shown?.reason !== obstacle.reason || (waitedMs > SHOW_AGAIN_MS && shown.message !== obstacle.message);
}

async function checkOnce(
  dependencies: StartDependencies,
  request: StartRequest,
  clock: WaitClock,
): Promise<StartResult> {
  const { plan, node: name } = request;
  const { signal } = clock;
  const { namespace, cluster, chainId, window, guard } = plan;
  const node = { namespace, name };
  const seiNode = await readSeiNode(dependencies.seiNodes, node, signal);
  const unusable = unusableBecause(seiNode, chainId);
  if (seiNode === undefined || unusable !== undefined) return { state: 'unusable', ...GONE, ...unusable };
  const { recent, lastRestartMs, ...others } = await otherWork(dependencies, { ...plan, node, signal });
  const observation = await dependencies.chain.read({
    chainId,
    target: node,
    last: heldDownIn(cluster, recent),
    minSources: guard.minSources,
    signal,
    nowMs: () => clock.nowMs,
  });
  // Blocks are made while a large chain is read: it is judged at the time after that.
  const { nowMs } = clock;
  const decision = decideStart(
    observation,
    { ...request, namespace, window, ...others },
    () => guardOfNode(observation, guardTargetOf(seiNode), plan, { nowMs, cluster, recent, lastRestartMs }),
    nowMs,
  );
  if (decision.state === 'waiting') return decision;
  const observed = observation.nodes.find((each) => each.name === name && each.namespace === node.namespace);
  return { ...decision, ...present({ height: observed?.status?.height }) };
}

/** What else is being done with the node and its chain. */
async function otherWork(
  { restarts, permits, sidecar, workflowId }: StartDependencies,
  {
    node,
    cluster,
    chainId,
    signal,
  }: Pick<StartRequest['plan'], 'cluster' | 'chainId'> & { readonly node: NodeReference; readonly signal: AbortSignal },
) {
  const [recent, holder, chainHolder, activity] = await Promise.all([
    restarts.read(chainId),
    permits.holderOf(permitIdOf(cluster, node)),
    permits.holderOf(chainPermitIdOf(chainId)),
    readSidecarActivity(sidecar, node, signal),
  ]);
  return {
    recent,
    lastRestartMs: activity.lastRestartEndedAtMs,
    chainHolder: chainHolder && holderText(chainHolder.workflowId),
    work: workOf(holder?.workflowId === workflowId ? undefined : holder, activity),
  };
}

function workOf(holder: PermitHolder | undefined, { restarting }: SidecarActivity): StartRules['work'] {
  if (holder !== undefined) return { by: 'permit', holder: holderText(holder.workflowId) };
  return restarting === undefined ? undefined : { by: 'restart', taskId: restarting };
}

const GONE = {
  reason: 'NodeGone',
  message: 'The SeiNode no longer exists or is being deleted. Nothing was sent to it. Skip it.',
};

function unusableBecause(
  node: SeiNode | undefined,
  chainId: string,
): { readonly reason: string; readonly message: string } | undefined {
  if (node === undefined || node.metadata.deletionTimestamp !== undefined || node.status?.phase === 'Terminating')
    return GONE;
  if (node.spec.chainId === chainId) return undefined;
  return {
    reason: 'ChainIdMismatch',
    message: `spec.chainId of the SeiNode is now ${printable(node.spec.chainId ?? '(not set)', 64)}, not ${chainId}. Nothing was sent to it. Correct it and retry, or skip it.`,
  };
}
