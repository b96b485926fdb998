import type { NodeReference } from '../../api/node-reference.ts';
import { printable } from '../../lib/printable.ts';
import type { ChainCommit, ChainObservation, ChainSource } from './chain-observation.ts';
import { finding, type GuardFinding } from './guard-finding.ts';

/** Names of sources in a message. */
const NAMED = 5;

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

function haveSameValidators(one: ChainSource, other: ChainSource): boolean {
  return validatorsKey(one) === validatorsKey(other);
}

/** Equal for equal sets, whatever their order and leading zeros. */
function validatorsKey({ validators = [] }: ChainSource): string {
  return validators
    .map(({ address, power }) => `${address}:${BigInt(power)}`)
    .toSorted()
    .join();
}

function commitConflict(
  before: ChainSource,
  source: ChainSource,
): { readonly before: ChainSource; readonly what: 'blocks' | 'signatures' } | undefined {
  for (const commit of source.commits) {
    const other = before.commits.find(({ height }) => height === commit.height);
    if (other === undefined) continue;
    if (other.hash !== commit.hash) return { before, what: 'blocks' };
    if (signedKey(other) !== signedKey(commit)) return { before, what: 'signatures' };
  }
  return undefined;
}

function signedKey({ signed }: ChainCommit): string {
  return signed.toSorted().join();
}

function disagreement(
  { chainId, height }: ChainObservation,
  what: 'validators' | 'blocks' | 'signatures',
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
