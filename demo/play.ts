import { once } from 'node:events';
import { InterruptedError } from '../dev/errors.ts';
import { startServiceStack, type ServiceStack } from '../dev/start-service-stack.ts';
import { Claims } from './claims.ts';
import { invite } from './invitation.ts';
import { KubectlOperator } from './kubectl-operator.ts';
import { Stopwatch } from './stopwatch.ts';
import { tellCancel } from './story-cancel.ts';
import { tellRestart } from './story-restart.ts';
import { tellRunbook } from './story-runbook.ts';
import { RESTART_GRACE_MS, STUBBORN_NODE, tellStubbornNode } from './story-stubborn-node.ts';
import { tellTakeover } from './story-takeover.ts';
import { heading } from './terminal.ts';

const CHAIN_ID = 'arctic-1';
/** Slow enough for the steps to be seen, and for the Temporal UI to show a running poll. */
const FAULTS = { slowStopMs: 1_500, slowBootMs: 1_000 };

export interface PlayOptions {
  /** End after the last step instead of staying up until it is aborted. */
  readonly once: boolean;
  /** Where data and logs go. */
  readonly directory: string;
  /** Aborted by whoever wants an end, and when a server ends on its own. */
  readonly ending: AbortController;
}

/**
 * Starts everything, plays all steps, stays up, and ends everything.
 *
 * @returns Whether all checks passed.
 * @throws What broke it off: InterruptedError, ServerExitedError, or what a step threw.
 */
export async function play({ once: onlyOnce, directory, ending }: PlayOptions): Promise<boolean> {
  const { signal } = ending;
  await using stack = await start(directory, ending);
  const hasPassed = await tell(stack, signal);
  if (onlyOnce) return hasPassed;
  await invite(stack);
  if (!signal.aborted) await once(signal, 'abort');
  if (!(signal.reason instanceof InterruptedError)) throw signal.reason;
  heading('Stopping');
  return hasPassed;
}

async function start(directory: string, ending: AbortController): Promise<ServiceStack> {
  heading('Starting servers, a simulated chain and the service');
  const stopwatch = new Stopwatch();
  return await startServiceStack({
    chain: { chainId: CHAIN_ID, restartGraceMs: RESTART_GRACE_MS },
    directory,
    nodes: [
      ...[0, 1, 2].map((index) => ({ name: `validator-${index}`, faults: FAULTS })),
      { name: STUBBORN_NODE, faults: { ignoreSigterm: true } },
    ],
    progress: (line) => stopwatch.lap(line),
    onUnexpectedExit: (error) => ending.abort(error),
    signal: ending.signal,
  });
}

async function tell(stack: ServiceStack, signal: AbortSignal): Promise<boolean> {
  const claims = new Claims();
  const story = { stack, operator: await KubectlOperator.create(stack, signal), claims, signal };
  await tellRestart(story);
  await tellStubbornNode(story);
  await tellRunbook(story);
  await tellCancel(story);
  await tellTakeover(story);
  const hasPassed = claims.broken === 0;
  heading(
    hasPassed ? `All ${claims.held} checks passed` : `${claims.broken} of ${claims.held + claims.broken} checks failed`,
  );
  return hasPassed;
}
