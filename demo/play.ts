import { once } from 'node:events';
import { SEI_NODE_RUNBOOK } from '../api/resources.ts';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { InterruptedError } from '../dev/errors.ts';
import { startServiceStack, type ServiceStack } from '../dev/start-service-stack.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import type { DemoArguments } from './arguments.ts';
import { Claims } from './claims.ts';
import { CHAIN_ID, consensus, nodes } from './fleet.ts';
import { invite } from './invitation.ts';
import { KubectlOperator } from './kubectl-operator.ts';
import { SntPlugin } from './snt-plugin.ts';
import { Stopwatch } from './stopwatch.ts';
import { tellCancel } from './story-cancel.ts';
import { tellPlan } from './story-plan.ts';
import { tellRestart } from './story-restart.ts';
import { tellRetry } from './story-retry.ts';
import { tellRollingRestart } from './story-rolling-restart.ts';
import { tellRunbook } from './story-runbook.ts';
import { tellSecondRunbook } from './story-second-runbook.ts';
import { RESTART_GRACE_MS, tellStubbornNode } from './story-stubborn-node.ts';
import { tellTakeover } from './story-takeover.ts';
import type { Story } from './story.ts';
import { heading } from './terminal.ts';

export interface PlayOptions extends DemoArguments {
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
export async function play({ once: onlyOnce, onlyRollingRestart, directory, ending }: PlayOptions): Promise<boolean> {
  const { signal } = ending;
  await using stack = await start(directory, ending);
  const story = await storyOf(stack, signal);
  if (!onlyRollingRestart) await tellTasks(story);
  await tellRollingRestarts(story);
  const hasPassed = conclude(story.claims);
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
    chain: { chainId: CHAIN_ID, restartGraceMs: RESTART_GRACE_MS, consensus },
    directory,
    nodes,
    progress: (line) => stopwatch.lap(line),
    onUnexpectedExit: (error) => ending.abort(error),
    signal: ending.signal,
  });
}

async function storyOf(stack: ServiceStack, signal: AbortSignal): Promise<Story> {
  return {
    stack,
    operator: await KubectlOperator.create(stack, signal),
    plugin: new SntPlugin(stack, signal),
    runbooks: new ResourceClient<SeiNodeRunbook>(stack.admin, SEI_NODE_RUNBOOK),
    claims: new Claims(),
    signal,
  };
}

function conclude({ held, broken }: Claims): boolean {
  heading(broken === 0 ? `All ${held} checks passed` : `${broken} of ${held + broken} checks failed`);
  return broken === 0;
}

async function tellTasks(story: Story): Promise<void> {
  await tellRestart(story);
  await tellStubbornNode(story);
  await tellRunbook(story);
  await tellCancel(story);
  await tellTakeover(story);
}

async function tellRollingRestarts(story: Story): Promise<void> {
  await tellPlan(story);
  const beginning = await tellRollingRestart(story);
  await tellSecondRunbook(story);
  await tellRetry(story, beginning);
}
