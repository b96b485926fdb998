import type { ProgressReporter } from '../dev/progress-reporter.ts';
import { FaultLog } from './fault-log.ts';
import type { Leftovers, ObservedDeath, ObservedRunbook, ObservedTask, Observations } from './observations.ts';
import { observeRunbooks } from './observe-runbooks.ts';
import { observeWorkflow } from './observe-workflows.ts';
import { planChaos, type ChaosPlan } from './plan/plan-chaos.ts';
import type { PlannedRunbook } from './plan/plan-work.ts';
import type { PlannedTask } from './plan/planned-task.ts';
import { RetryingOperator } from './retrying-operator.ts';
import { runLane } from './run-lane.ts';
import { runWork } from './run-work.ts';
import { settle } from './settle.ts';
import { TaskLog } from './task-log.ts';
import { startChaosStack, type ChaosStack } from './start-chaos-stack.ts';

const PROGRESS_MS = 15_000;

export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Where data and logs go; kept. */
  readonly directory: string;
  readonly progress: ProgressReporter;
  readonly ending: AbortController;
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
  const log = new FaultLog();
  const deaths: ObservedDeath[] = [];
  await using stack = await startChaosStack({
    directory,
    nodes: plan.nodes,
    progress,
    signal,
    onTask: (state) => tasks.observe(state),
    onDeath: (death) => deaths.push(death),
    onServerExit: (error) => ending.abort(error),
  });
  progress('everything runs; faults begin');
  const begin = performance.now();
  const tell = (): void => {
    const [open, seconds] = [tasks.open.length, Math.round((performance.now() - begin) / 1000)];
    progress(
      `${String(seconds).padStart(5)} s  ${tasks.tasks.length} tasks, ${open} open; ${log.faults.length} faults; now: ${log.current.join(', ') || 'none'}`,
    );
  };
  const telling = setInterval(tell, PROGRESS_MS);
  try {
    const runbooks = await underFaults(plan, { stack, tasks, log, signal });
    progress('faults are over; waiting for what is open');
    const leftovers = await settle(stack, tasks, signal);
    tell();
    return await observed({
      stack,
      tasks,
      log,
      leftovers,
      deaths,
      runbooks: await observeRunbooks(stack.temporal, runbooks),
    });
  } finally {
    clearInterval(telling);
  }
}

interface Run {
  readonly stack: ChaosStack;
  readonly tasks: TaskLog;
  readonly log: FaultLog;
  readonly signal: AbortSignal;
}

/** @returns The runbooks that were started. */
async function underFaults(plan: ChaosPlan, { stack, tasks, log, signal }: Run): Promise<PlannedRunbook[]> {
  const operator = new RetryingOperator(stack, signal);
  const expecting = {
    run: (runbook: PlannedRunbook) => operator.run(runbook),
    carryOut: async (task: PlannedTask) => {
      tasks.expect(task);
      await operator.carryOut(task);
    },
  };
  const enough = new AbortController();
  const working = runWork(plan.work, {
    operator: expecting,
    open: () => tasks.open.length,
    enough: AbortSignal.any([enough.signal, signal]),
  });
  const hurting = Promise.all(
    [...plan.faults.values()].map((faults) => runLane(faults, { stack, operator: expecting, log, signal })),
  );
  const [runbooks] = await Promise.all([working, hurting.finally(() => enough.abort())]);
  return runbooks;
}

async function observed(seen: {
  readonly stack: ChaosStack;
  readonly tasks: TaskLog;
  readonly log: FaultLog;
  readonly leftovers: Leftovers;
  readonly deaths: readonly ObservedDeath[];
  readonly runbooks: readonly ObservedRunbook[];
}): Promise<Observations> {
  const { stack, log, leftovers, deaths, runbooks } = seen;
  const tasks = await withWorkflows(stack, seen.tasks);
  const nodes = stack.fleet.nodes.map((node) => ({
    name: node.name,
    events: node.events,
    requests: node.requests,
    tasks: tasks.filter((task) => task.node === node.name).flatMap(({ taskId }) => node.sidecar.task(taskId) ?? []),
    images: stack.controller.imagesOf(node.name),
  }));
  return structuredClone({ tasks, runbooks, nodes, faults: log.faults, leftovers, deaths });
}

/** One history after the other: there may be thousands. */
async function withWorkflows({ temporal }: ChaosStack, log: TaskLog): Promise<ObservedTask[]> {
  const tasks: ObservedTask[] = [];
  for (const task of log.tasks) {
    const workflowId = log.workflowIdOf(task.name);
    tasks.push({
      ...task,
      workflow: workflowId === undefined ? undefined : await observeWorkflow(temporal, workflowId),
    });
  }
  return tasks;
}
