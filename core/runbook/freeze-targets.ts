import { MOST_RUNBOOK_NODES } from '../../api/runbook-limits.ts';
import type { RunbookStrategy, RunbookTargets } from '../../api/sei-node-runbook.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import type { ChainObservation, ChainValidator, ObservedNode } from '../guard/chain-observation.ts';
import { InvalidField } from '../invalid-field.ts';
import type { FrozenNode } from './runbook-state.ts';

/** A SeiNode that the targets select, before `exclude`. */
export interface TargetCandidate {
  readonly name: string;
  /** `spec.chainId`. */
  readonly chainId?: string;
  readonly phase?: string;
  /** Whether its deletion has begun. */
  readonly isBeingDeleted: boolean;
}

export interface FreezeRequest {
  readonly namespace: string;
  readonly chainId: string;
  readonly targets: RunbookTargets;
  readonly strategy: Pick<RunbookStrategy, 'order' | 'canary'>;
  readonly skipNodes?: readonly string[] | undefined;
  /** Those that exist. */
  readonly candidates: readonly TargetCandidate[];
  readonly observation: ChainObservation;
}

/**
 * The nodes of a runbook, in the order in which they are restarted.
 *
 * @throws InvalidField naming the field and the value that cannot be acted on.
 */
export function freezeTargets(request: FreezeRequest): readonly FrozenNode[] {
  assertListed(request);
  const excluded = new Set(request.targets.exclude);
  const selected = request.candidates.filter(({ name }) => !excluded.has(name));
  assertAmount(request, selected.length);
  const observed = new Map(
    request.observation.nodes
      .filter(({ namespace }) => namespace === request.namespace)
      .map((node) => [node.name, node]),
  );
  for (const candidate of selected) assertUsable(request, candidate, observed.get(candidate.name));
  const validators = agreedValidators(request.observation);
  const frozen = selected.map(({ name }) => frozenNode(name, observed.get(name), validators));
  const names = request.targets.nodes ?? [];
  return request.strategy.order === 'Listed'
    ? frozen.toSorted((one, other) => names.indexOf(one.name) - names.indexOf(other.name))
    : frozen.toSorted(bySafety);
}

/** What can be said of the lists themselves. */
function assertListed(request: FreezeRequest): void {
  const { targets, strategy, skipNodes = [], candidates, namespace } = request;
  const { nodes, exclude = [] } = targets;
  if (nodes === undefined && strategy.order === 'Listed')
    throw new InvalidField('spec.strategy.order', 'is Listed, which needs spec.targets.nodes');
  const twice = nodes?.find((name, index) => nodes.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidField('spec.targets.nodes', `lists ${printable(twice, 64)} twice`);
  const existing = new Set(candidates.map(({ name }) => name));
  assertExist(existing, nodes ?? [], {
    field: 'spec.targets.nodes',
    otherwise: `but namespace ${namespace} has no such SeiNode`,
  });
  assertExist(existing, exclude, { field: 'spec.targets.exclude', otherwise: NOT_SELECTED });
  assertExist(existing, skipNodes, { field: 'spec.skipNodes', otherwise: NOT_SELECTED });
}

const NOT_SELECTED = 'which spec.targets does not select';

function assertExist(
  existing: ReadonlySet<string>,
  names: readonly string[],
  { field, otherwise }: { readonly field: string; readonly otherwise: string },
): void {
  const unknown = names.find((name) => !existing.has(name));
  if (unknown !== undefined) throw new InvalidField(field, `lists ${printable(unknown, 64)}, ${otherwise}`);
}

function assertAmount({ targets, strategy, namespace }: FreezeRequest, count: number): void {
  const field = selectionField(targets);
  if (count === 0)
    throw new InvalidField(
      field,
      `selects no SeiNode in namespace ${namespace}${targets.exclude === undefined ? '' : ' that spec.targets.exclude does not exclude'}`,
    );
  if (count > MOST_RUNBOOK_NODES)
    throw new InvalidField(field, `selects ${count} SeiNodes; a runbook has at most ${MOST_RUNBOOK_NODES}`);
  const canary = strategy.canary?.count ?? 0;
  if (canary >= count)
    throw new InvalidField(
      'spec.strategy.canary.count',
      `must be less than the number of nodes (${count}), got ${canary}`,
    );
}

function assertUsable(
  { targets, chainId }: FreezeRequest,
  candidate: TargetCandidate,
  observed: ObservedNode | undefined,
): void {
  const problem = stateProblem(candidate, observed) ?? chainProblem(candidate.chainId, observed, chainId);
  if (problem !== undefined)
    throw new InvalidField(selectionField(targets), `selects SeiNode ${printable(candidate.name, 64)}, ${problem}`);
}

function stateProblem(
  { isBeingDeleted, phase }: TargetCandidate,
  observed: ObservedNode | undefined,
): string | undefined {
  if (isBeingDeleted || phase === 'Terminating') return 'which is being deleted. Exclude it';
  return observed?.role === 'seed'
    ? 'which is a seed: it serves no RPC, so nothing can be known of its restart. Exclude it'
    : undefined;
}

function chainProblem(
  declared: string | undefined,
  observed: ObservedNode | undefined,
  chainId: string,
): string | undefined {
  if (declared === undefined) return `whose spec.chainId is not set, and the runbook's is ${chainId}`;
  if (declared !== chainId) return `whose spec.chainId is ${printable(declared, 64)}, and the runbook's is ${chainId}`;
  const network = observed?.status?.network ?? chainId;
  return network === chainId
    ? undefined
    : `whose RPC reports the chain ${printable(network, 64)}, and the runbook's spec.chainId is ${chainId}`;
}

function selectionField({ nodes }: RunbookTargets): string {
  return nodes === undefined ? 'spec.targets.selector' : 'spec.targets.nodes';
}

function frozenNode(
  name: string,
  observed: ObservedNode | undefined,
  validators: ReadonlyMap<string, string> | undefined,
): FrozenNode {
  const address = observed?.status?.address;
  if (validators === undefined || address === undefined) return { name, isValidator: observed?.role === 'validator' };
  const power = validators.get(address);
  return { name, isValidator: power !== undefined, ...present({ power }) };
}

/** Power by address, if all sources that report validators report the same. Unset: they differ, or none does. */
function agreedValidators({ sources }: ChainObservation): ReadonlyMap<string, string> | undefined {
  const sets = sources.flatMap(({ validators }) => (validators === undefined ? [] : [validators]));
  const keys = new Set(sets.map(keyOf));
  return keys.size === 1 ? new Map(sets[0]?.map(({ address, power }) => [address, power])) : undefined;
}

function keyOf(validators: readonly ChainValidator[]): string {
  return validators
    .map(({ address, power }) => `${address} ${power}`)
    .toSorted()
    .join();
}

/** First those without voting power, then by power, and last those whose power is not known. */
function bySafety(one: FrozenNode, other: FrozenNode): number {
  const [onePower, otherPower] = [rank(one), rank(other)];
  if (onePower !== otherPower) return onePower < otherPower ? -1 : 1;
  return one.name < other.name ? -1 : 1;
}

/** More than any power: CometBFT's total is below 2^60. */
const UNKNOWN_POWER = 2n ** 64n;

function rank({ isValidator, power }: FrozenNode): bigint {
  if (!isValidator) return 0n;
  return power === undefined ? UNKNOWN_POWER : BigInt(power);
}
