import type { NodeReference } from '../../api/node-reference.ts';
import type { ChainCommit, ChainSource, ChainValidator } from '../../core/guard/chain-observation.ts';
import { mapConcurrently } from '../../lib/map-concurrently.ts';
import type { SeidRpc } from '../seid-rpc.ts';
import { parseCommit } from './parse-commit.ts';
import { CURRENT_PLAN_PATH, parseUpgradePlan } from './parse-upgrade-plan.ts';
import { parseValidatorsPage, wholeSet, type ValidatorsPage } from './parse-validators.ts';

/** Commits below the height that are read. */
const COMMITS = 10;
/** Calls for commits in progress at one node, at most. */
const CALLS = 5;
/** CometBFT's limit. */
const PER_PAGE = 100;
/** A set with more validators than these pages have is not read. */
const MAX_PAGES = 10;

interface SourceRead {
  readonly rpc: SeidRpc;
  readonly node: NodeReference;
  readonly chainId: string;
  readonly height: number;
  readonly signal: AbortSignal;
}

type Read<Value> = { readonly value: Value } | { readonly problem: string };

/**
 * Reads from one node the validators at a height, then the ten commits below it and the planned upgrade. Without
 * validators the node cannot be used, and nothing more is asked.
 */
export async function readSource(read: SourceRead): Promise<ChainSource> {
  const { namespace, name } = read.node;
  const validators = await readValidators(read);
  if ('problem' in validators) return { namespace, name, commits: [], problem: validators.problem };
  const heights = Array.from({ length: COMMITS }, (_, index) => read.height - COMMITS + index);
  const [upgrade, commits] = await Promise.all([
    readUpgrade(read),
    mapConcurrently(
      heights.filter((height) => height > 0),
      CALLS,
      async (height) => await readCommit(read, height),
    ),
  ]);
  return {
    namespace,
    name,
    validators: validators.value,
    commits: commits.flatMap((each) => ('value' in each ? [each.value] : [])),
    ...('value' in upgrade && { upgrade: upgrade.value }),
    ...[...commits, upgrade].find((each) => 'problem' in each),
  };
}

async function readValidators(read: SourceRead): Promise<Read<readonly ChainValidator[]>> {
  const pages: ValidatorsPage[] = [];
  let missing: number;
  do {
    const query = { height: read.height, page: pages.length + 1, per_page: PER_PAGE };
    const page = await callFor(read, { method: 'validators', query }, (result) =>
      parseValidatorsPage(result, read.height),
    );
    if ('problem' in page) return page;
    pages.push(page.value);
    missing = page.value.total - pages.reduce((sum, { validators }) => sum + validators.length, 0);
  } while (missing > 0 && pages.length < MAX_PAGES);
  const value = wholeSet(pages);
  return value === undefined ? { problem: 'validators: the pages are not one complete set' } : { value };
}

async function readCommit(read: SourceRead, height: number): Promise<Read<ChainCommit>> {
  return await callFor(read, { method: 'commit', query: { height } }, (result) =>
    parseCommit(result, { chainId: read.chainId, height }),
  );
}

async function readUpgrade(read: SourceRead): Promise<Read<NonNullable<ChainSource['upgrade']>>> {
  const query = { path: `"${CURRENT_PLAN_PATH}"` };
  return await callFor(read, { method: 'abci_query', query }, parseUpgradePlan);
}

async function callFor<Value>(
  { rpc, node, signal }: SourceRead,
  call: Parameters<SeidRpc['call']>[1],
  parse: (result: unknown) => Value | undefined,
): Promise<Read<Value>> {
  const answer = await rpc.call(node, call, signal);
  if ('problem' in answer) return { problem: `${call.method}: ${answer.problem}` };
  const value = parse(answer.result);
  return value === undefined ? { problem: `${call.method}: an answer that cannot be used` } : { value };
}
