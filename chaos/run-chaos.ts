import type { ProgressReporter } from '../dev/progress-reporter.ts';
import { FaultLog } from './fault-log.ts';
import type { ObservedDeath, Observations } from './observations.ts';
import { observeRun } from './observe-run.ts';
import { Operators } from './operators.ts';
import { planChaos, type ChaosPlan } from './plan/plan-chaos.ts';
import type { PlannedRunbook } from './plan/plan-work.ts';
import { RollingRestartLog } from './rolling-restart-log.ts';
import { runLane } from './run-lane.ts';
import { runWork } from './run-work.ts';
import { settle } from './settle.ts';
import { TaskLog } from './task-log.ts';
import { startChaosStack, type ChaosStack } from './start-chaos-stack.ts';

const PROGRESS_MS = 15_000;
/** Operators wait while so many are open. */
const MOST_OPEN_TASKS = 40;
const MOST_OPEN_ROLLING_RESTARTS = 3;

export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Where data and logs go; kept. */
  readonly directory: string;
  readonly progress: ProgressReporter;
  readonly ending: AbortController;
}

interface Run {
  readonly stack: ChaosStack;
  readonly operators: Operators;
  readonly tasks: TaskLog;
  readonly rollingRestarts: RollingRestartLog;
  readonly log: FaultLog;
  readonly signal: AbortSignal;
}

/**
 * Lets a fleet work under faults, and settle without.
 *
 * @returns What was seen, for others to judge.
 * @throws What servers and service throw when they do not come up; the reason of `ending`.
 */
export async function runChaos({ seed, minutes, directory, progress, ending }: ChaosOptions): Promise<Observations> {
  const { signal } = ending;
  const plan = planChaos(seed, minutes);
  const tasks = new TaskLog();
  const rollingRestarts = new RollingRestartLog();
  const log = new FaultLog();
  const deaths: ObservedDeath[] = [];
  await using stack = await startChaosStack({
    directory,
    nodes: plan.nodes,
    progress,
    signal,
    onTask: (state) => tasks.observe(state),
    onRunbook: (state) => rollingRestarts.observe(state),
    onDeath: (death) => deaths.push(death),
    onServerExit: (error) => ending.abort(error),
  });
  await using operators = new Operators(stack, { tasks, rollingRestarts, ending });
  progress('everything runs; faults begin');
  const begin = performance.now();
  const tell = (): void => {
    const seconds = Math.round((performance.now() - begin) / 1000);
    const open = `${tasks.tasks.length} tasks, ${tasks.open.length} open; ${rollingRestarts.all.length} runbooks, ${rollingRestarts.open.length} open`;
    progress(
      `${String(seconds).padStart(5)} s  ${open}; ${log.faults.length} faults; now: ${log.current.join(', ') || 'none'}`,
    );
  };
  const telling = setInterval(tell, PROGRESS_MS);
  try {
    const runbooks = await underFaults(plan, { stack, operators, tasks, rollingRestarts, log, signal });
    progress('faults are over; waiting for what is open');
    const leftovers = await settle(stack, [tasks, rollingRestarts], signal);
    tell();
    return await observeRun(stack, { tasks, rollingRestarts, runbooks, faults: log.faults, leftovers, deaths });
  } finally {
    clearInterval(telling);
  }
}

/** @returns The runbooks without a resource that were started. */
async function underFaults(
  plan: ChaosPlan,
  { stack, operators, tasks, rollingRestarts, log, signal }: Run,
): Promise<PlannedRunbook[]> {
  const enough = new AbortController();
  const run = { operator: operators, enough: AbortSignal.any([enough.signal, signal]) };
  const working = Promise.all([
    runWork(plan.work, { ...run, isFull: () => tasks.open.length >= MOST_OPEN_TASKS }),
    runWork(plan.guardedRestarts, { ...run, isFull: () => tasks.open.length >= MOST_OPEN_TASKS }),
    runWork(plan.rollingRestarts, {
      ...run,
      isFull: () => rollingRestarts.open.length >= MOST_OPEN_ROLLING_RESTARTS,
    }),
  ]);
  const hurting = Promise.all(
    [...plan.faults.values()].map((faults) => runLane(faults, { stack, operator: operators, log, signal })),
  );
  const [runbooks] = await Promise.all([working, hurting.finally(() => enough.abort())]);
  return runbooks.flat();
}
