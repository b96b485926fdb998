import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminalRunbook } from '../api/runbook-phases.ts';
import type { RunbookStatus } from '../api/sei-node-runbook.ts';
import type { SimulatedChain } from '../simulator/chain/simulated-chain.ts';
import type { Claim } from './claims.ts';
import type { Story } from './story.ts';

/** The rolling restart of the last chapters, and the file with its manifest. */
export const ROLLING_RESTART = 'restart-all';
export const ROLLING_RESTART_FILE = `${ROLLING_RESTART}.yaml`;
/** The node that does not come back from its first restart. */
export const FAILING_NODE = 'validator-3';

const POLL_MS = 200;
/** Bound on a demo that fails, in milliseconds. */
const TIMEOUT_MS = 240_000;

/**
 * Waits until the status of a runbook is as wanted.
 *
 * @throws Error with the status, when it is not within 240 s; the reason of the signal.
 */
export async function runbookWhere(
  { stack, runbooks, signal }: Story,
  name: string,
  isWanted: (status: RunbookStatus) => boolean,
): Promise<RunbookStatus> {
  const giveUpAt = performance.now() + TIMEOUT_MS;
  for (;;) {
    const { status } = (await runbooks.get(stack.namespace, name, { signal })) ?? {};
    if (status !== undefined && isWanted(status)) return status;
    if (performance.now() > giveUpAt)
      throw new Error(`SeiNodeRunbook ${name} was not as expected within 240 s: ${JSON.stringify(status)}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

export function isOver({ phase }: RunbookStatus): boolean {
  return isTerminalRunbook(phase);
}

/** How often seid of each node has got a SIGTERM. */
export function restartCounts({ stack }: Story): ReadonlyMap<string, number> {
  return new Map(stack.fleet.nodes.map(({ name, sigtermsReceived }) => [name, sigtermsReceived]));
}

/** Names of the nodes that were restarted since, each as often as it was. */
export function restartedSince(story: Story, before: ReadonlyMap<string, number>): string[] {
  return [...restartCounts(story)].flatMap(([name, count]) =>
    Array.from({ length: count - (before.get(name) ?? 0) }, () => name),
  );
}

/** That the chain has made blocks all the time since the demo began, also while validators were down. */
export function neverStopped({ stack }: Story, fromHeight: number): Record<string, Claim> {
  const { chain } = stack.fleet;
  const { height, stops } = chain;
  const signed = Array.from({ length: height - fromHeight }, (_, index) =>
    signedPower(chain.block(fromHeight + index)),
  );
  const claim = `the chain never stopped: ${signed.length} blocks, each signed by at least ${Math.min(...signed)} of 100`;
  return { [claim]: { expected: [], seen: stops } };
}

function signedPower(block: ReturnType<SimulatedChain['block']>): number {
  return (block?.validators ?? [])
    .filter(({ address }) => block?.signers.has(address))
    .reduce((sum, { power }) => sum + Number(power), 0);
}
