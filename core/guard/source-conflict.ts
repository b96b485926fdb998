import type { NodeReference } from '../../api/node-reference.ts';
import { printable } from '../../lib/printable.ts';
import type { ChainCommit, ChainObservation, ChainSource, ChainValidator } from './chain-observation.ts';
import { finding, type GuardFinding } from './guard-finding.ts';

/** Names of sources in a message. */
const NAMED = 5;

/** What sources can contradict each other in. */
type Differing = 'validators' | 'blocks' | 'block times' | 'signatures';

/**
 * Whether two sources contradict each other. Validators, blocks and canonical commits of one height are the same on
 * every node of a chain, so that one of the two is wrong, and it is not known which.
 *
 * @param sources - With validators.
 */
export function sourceConflict(
  observation: ChainObservation,
  sources: readonly ChainSource[],
): GuardFinding | undefined {
  const [first, ...others] = sources;
  if (first === undefined) return undefined;
  const differing = (same: (one: ChainSource, other: ChainSource) => boolean): ChainSource | undefined =>
    others.find((other) => !same(first, other));
  const odd = differing(haveSameValidators);
  if (odd !== undefined) return disagreement(observation, 'validators', [first, odd]);
  for (const [index, source] of others.entries()) {
    const conflict = [first, ...others.slice(0, index)].flatMap((before) => commitConflict(before, source) ?? [])[0];
    if (conflict !== undefined) return disagreement(observation, conflict.what, [conflict.before, source]);
  }
  return undefined;
}

/** The order does not count. Nodes answer in the same one, so that sets are seldom sorted: that takes most of the time. */
function haveSameValidators({ validators: one = [] }: ChainSource, { validators: other = [] }: ChainSource): boolean {
  return isSameList(one, other, isSameValidator) || validatorsKey(one) === validatorsKey(other);
}

function isSameValidator(one: ChainValidator, other: ChainValidator): boolean {
  return one.address === other.address && one.power === other.power;
}

/** Equal for equal sets, whatever their order and leading zeros. */
function validatorsKey(validators: readonly ChainValidator[]): string {
  return validators
    .map(({ address, power }) => `${address}:${BigInt(power)}`)
    .toSorted()
    .join();
}

function commitConflict(
  before: ChainSource,
  source: ChainSource,
): { readonly before: ChainSource; readonly what: Exclude<Differing, 'validators'> } | undefined {
  for (const commit of source.commits) {
    const other = before.commits.find(({ height }) => height === commit.height);
    if (other === undefined) continue;
    if (other.hash !== commit.hash) return { before, what: 'blocks' };
    if (!haveSameTime(other, commit)) return { before, what: 'block times' };
    if (!haveSameSignatures(other, commit)) return { before, what: 'signatures' };
  }
  return undefined;
}

/** A time that one of them does not report contradicts nothing. */
function haveSameTime({ timeMs: one }: ChainCommit, { timeMs: other }: ChainCommit): boolean {
  return one === undefined || other === undefined || one === other;
}

function haveSameSignatures({ signed: one }: ChainCommit, { signed: other }: ChainCommit): boolean {
  return isSameList(one, other, Object.is) || one.toSorted().join() === other.toSorted().join();
}

function isSameList<Value>(
  one: readonly Value[],
  other: readonly Value[],
  isSame: (value: Value, otherValue: Value) => boolean,
): boolean {
  return one.length === other.length && one.every((value, index) => isSame(value, other[index] as Value));
}

function disagreement(
  { chainId, height }: ChainObservation,
  what: Differing,
  sources: readonly NodeReference[],
): GuardFinding {
  return finding('SourcesDisagree', 'disagree', {
    chain: printable(chainId, 64),
    height: String(height),
    what,
    sources: sourceText(sources),
  });
}

/** How messages name sources: `a/b, a/c and 2 more`. */
export function sourceText(nodes: readonly NodeReference[]): string {
  const names = nodes.slice(0, NAMED).map(({ namespace, name }) => printable(`${namespace}/${name}`, 128));
  const more = nodes.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
