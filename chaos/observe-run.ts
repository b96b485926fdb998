import { powerOf } from '../simulator/chain/validator-set.ts';
import type {
  Leftovers,
  ObservedChain,
  ObservedDeath,
  ObservedFault,
  ObservedTask,
  Observations,
} from './observations.ts';
import { observeRollingRestarts } from './observe-rolling-restarts.ts';
import { observeRunbooks } from './observe-runbooks.ts';
import { observeWorkflow } from './observe-workflows.ts';
import type { PlannedRunbook } from './plan/plan-work.ts';
import type { RollingRestartLog } from './rolling-restart-log.ts';
import type { ChaosStack } from './start-chaos-stack.ts';
import type { TaskLog } from './task-log.ts';

/** What was recorded while it ran. */
export interface RecordedRun {
  readonly tasks: TaskLog;
  readonly rollingRestarts: RollingRestartLog;
  readonly runbooks: readonly PlannedRunbook[];
  readonly faults: readonly ObservedFault[];
  readonly leftovers: Leftovers;
  readonly deaths: readonly ObservedDeath[];
}

/** Adds to what was recorded what servers and nodes know at the end. */
export async function observeRun(stack: ChaosStack, recorded: RecordedRun): Promise<Observations> {
  const { temporal, fleet, controller } = stack;
  const { faults, leftovers, deaths } = recorded;
  const chain = observeChain(stack);
  const tasks = await withWorkflows(stack, recorded.tasks);
  const rollingRestarts = await observeRollingRestarts(temporal, recorded.rollingRestarts.all);
  const runbooks = await observeRunbooks(temporal, recorded.runbooks);
  const nodes = fleet.nodes.map((node) => ({
    name: node.name,
    events: node.events,
    requests: node.requests,
    tasks: tasks.filter((task) => task.node === node.name).flatMap(({ taskId }) => node.sidecar.task(taskId) ?? []),
    images: controller.imagesOf(node.name),
  }));
  return structuredClone({ tasks, runbooks, rollingRestarts, chain, nodes, faults, leftovers, deaths });
}

function observeChain({ fleet: { chain } }: ChaosStack): ObservedChain {
  const { stops, absences, validators } = chain;
  return { totalPower: String(powerOf(validators.map(({ power }) => ({ power: BigInt(power) })))), stops, absences };
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
