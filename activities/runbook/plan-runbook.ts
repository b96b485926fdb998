import type { RunbookSpec } from '../../api/sei-node-runbook.ts';
import type { RunbookInput } from '../../api/temporal/runbook-input.ts';
import type { NodeReference } from '../../api/node-reference.ts';
import { seiNodeSchema } from '../../api/sei-node.ts';
import type { GuardDecision } from '../../core/guard/decide-guard.ts';
import type { GuardTarget } from '../../core/guard/guard-situation.ts';
import { guardTargetOf } from '../../core/guard/guard-target.ts';
import { heldDownIn } from '../../core/guard/recent-restarts.ts';
import { InvalidField } from '../../core/invalid-field.ts';
import type { TargetCandidate } from '../../core/runbook/freeze-targets.ts';
import { labelSelector } from '../../core/runbook/label-selector.ts';
import { checkRunbookSpec, planRunbook } from '../../core/runbook/plan-runbook.ts';
import type { PlanResult } from '../../core/runbook/runbook-activities.ts';
import { mapConcurrently } from '../../lib/map-concurrently.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { listAll } from '../../kubernetes/list-all.ts';
import type { ChainRestarts } from '../chain-restarts.ts';
import { guardOfNode } from './guard-of-node.ts';
import { readSidecarActivity } from './read-sidecar-activity.ts';
import type { RunbookDependencies } from './runbook-dependencies.ts';

/** Calls to sidecars in progress at most, and for how long they are asked, in milliseconds. */
const CALLS = 16;
const ASKED_MS = 20_000;

/** What a plan is made from. */
export interface PlanDependencies extends Pick<RunbookDependencies, 'seiNodes' | 'chain' | 'sidecar' | 'clusterId'> {
  readonly restarts: Pick<ChainRestarts, 'read'>;
}

/**
 * Checks a runbook's spec, and freezes its nodes.
 *
 * @returns `refused` with a sentence that names field and value.
 * @throws KubernetesError when the SeiNodes cannot be listed.
 */
export async function makeRunbookPlan(
  dependencies: PlanDependencies,
  { namespace, spec: unchecked, mirrorTo, cluster = dependencies.clusterId }: RunbookInput,
  { signal, nowMs }: { readonly signal: AbortSignal; readonly nowMs: () => number },
): Promise<PlanResult> {
  try {
    const spec = checkRunbookSpec(unchecked);
    const seiNodes = await listSelected(dependencies, namespace, { spec, signal });
    const candidates = seiNodes.map(candidateOf);
    const targets = new Map(seiNodes.map((node) => [node.metadata.name, targetOf(node)]));
    // Every node is asked, and one more than have to agree: the guard leaves each one out when it decides about it.
    const target = { namespace, name: '' };
    const minSources = spec.guard.minSources + 1;
    const recent = await dependencies.restarts.read(spec.chainId);
    const [lastRestarts, observation] = await Promise.all([
      lastRestartsOf(dependencies, [...targets.values()], signal),
      dependencies.chain.read({
        chainId: spec.chainId,
        target,
        last: heldDownIn(cluster, recent),
        minSources,
        signal,
        nowMs,
      }),
    ]);
    const guard = (name: string): GuardDecision =>
      guardOfNode(observation, targets.get(name) ?? unknownTarget({ namespace, name }), spec, {
        nowMs: nowMs(),
        cluster,
        recent,
        lastRestartMs: lastRestarts.get(name),
      });
    const facts = { cluster, namespace, mirrorTo, candidates, observation, guard, nowMs: nowMs() };
    return { state: 'planned', ...planRunbook(spec, facts) };
  } catch (error) {
    if (!(error instanceof InvalidField)) throw error;
    return { state: 'refused', message: `${error.message}. Nothing was touched. Correct it in a new runbook.` };
  }
}

/** Ends of the last restarts by name, in milliseconds since the epoch. A sidecar that does not answer in time has none. */
async function lastRestartsOf(
  { sidecar }: Pick<PlanDependencies, 'sidecar'>,
  nodes: readonly NodeReference[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(ASKED_MS)]);
  const found = new Map<string, number>();
  await mapConcurrently(nodes, CALLS, async (node) => {
    if (within.aborted) return;
    try {
      const { lastRestartEndedAtMs } = await readSidecarActivity(sidecar, node, within);
      if (lastRestartEndedAtMs !== undefined) found.set(node.name, lastRestartEndedAtMs);
    } catch (error) {
      if (signal.aborted || !within.aborted) throw error;
    }
  });
  return found;
}

async function listSelected(
  { seiNodes }: Pick<PlanDependencies, 'seiNodes'>,
  namespace: string,
  { spec: { targets }, signal }: { readonly spec: RunbookSpec; readonly signal: AbortSignal },
): Promise<KubernetesObject[]> {
  const { selector, nodes } = targets;
  if ((selector === undefined) === (nodes === undefined))
    throw new InvalidField('spec.targets', 'must have exactly one of selector and nodes');
  try {
    const selection = selector === undefined ? {} : { labelSelector: labelSelector(selector) };
    const { items } = await listAll(seiNodes, { namespace, ...selection, signal });
    return items.filter(({ metadata }) => nodes?.includes(metadata.name) ?? true);
  } catch (error) {
    if (selector === undefined || !hasHttpStatus(error, 400)) throw error;
    throw new InvalidField('spec.targets.selector', `is refused by the API server: ${printable(error.message, 512)}`);
  }
}

/** A SeiNode that its own CRD would not allow says nothing for the guard. */
function targetOf(object: KubernetesObject): GuardTarget {
  const { data } = seiNodeSchema.safeParse(object);
  const { namespace = '', name } = object.metadata;
  return data === undefined ? unknownTarget({ namespace, name }) : guardTargetOf(data);
}

function unknownTarget(node: NodeReference): GuardTarget {
  return { ...node, role: 'unknown', isPaused: false, isUpdating: false };
}

function candidateOf({ metadata, ...rest }: KubernetesObject): TargetCandidate {
  const { spec, status } = rest as {
    readonly spec?: { readonly chainId?: unknown };
    readonly status?: { readonly phase?: unknown };
  };
  return {
    name: metadata.name,
    ...present({ chainId: textOf(spec?.chainId), phase: textOf(status?.phase) }),
    isBeingDeleted: metadata.deletionTimestamp !== undefined,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
