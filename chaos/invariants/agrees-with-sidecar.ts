import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { taskKinds } from '../../api/task-kinds.ts';
import { sidecarFacts, type SidecarFacts } from './sidecar-facts.ts';
import type { ObservedNode, ObservedTask } from '../observations.ts';
import { terminalState } from './terminal-state.ts';
import type { Invariant, Violation } from './violation.ts';

interface Ended {
  readonly task: ObservedTask;
  readonly status: SeiNodeTaskStatus;
  readonly facts: SidecarFacts;
}

/** What a status says must have been so at the sidecar. @returns What was not. */
type Rule = (ended: Ended) => string | undefined;

/** What the status of a finished task says about the node is what happened there. */
export const agreesWithSidecar: Invariant = ({ tasks, nodes }) =>
  tasks.flatMap((task) => {
    const end = terminalState(task);
    if (end === undefined) return [];
    const facts = sidecarFacts(task, nodes.find(({ name }) => name === task.node) ?? nowhere(task.node), end.at);
    const ended = { task, status: end.status, facts };
    return [...rules, ruleOf(end.status)].flatMap((rule): Violation[] => {
      const wrong = rule(ended);
      if (wrong === undefined) return [];
      const text = `${task.kind} ${task.name} is ${end.status.phase}/${end.status.reason} (${end.status.message}), but ${wrong}`;
      return [{ at: end.at, subjects: [task.name, task.node, task.taskId], text }];
    });
  });

/** A node that a task names and nobody has. */
function nowhere(name: string): ObservedNode {
  return { name, events: [], requests: [], tasks: [], images: [] };
}

const rules: readonly Rule[] = [
  ({ task, status }) => (status.task !== undefined && status.task.id !== task.taskId ? `its id on the sidecar must be ${task.taskId}` : undefined),
  ({ status, facts }) => (/nothing was done/i.test(status.message ?? '') && facts.wasDone ? 'it was sent and begun' : undefined),
];

const complete: Rule = ({ task, facts }) => {
  const { endsWith } = taskKinds[task.kind];
  if (endsWith === 'image') return facts.imageAt === Number.POSITIVE_INFINITY ? 'its node never ran the image' : undefined;
  if (endsWith === 'acceptance') return facts.wasDone ? undefined : 'the sidecar never took it';
  return facts.ends.includes('completed') ? undefined : 'the sidecar never completed it';
};

const failedThere: Rule = ({ facts }) => (facts.ends.includes('failed') ? undefined : 'it never failed on the sidecar');
const neverBegun: Rule = ({ facts }) => (facts.wasDone ? 'it was sent and begun' : undefined);
const never: Rule = () => 'nothing in this run can lead to that';

/** The last look comes after the deadline: what was over by then must have been seen. */
const timedOut: Rule = ({ task, status: { message = '', task: execution }, facts }) => {
  const deadline = Date.parse(execution?.executionStartedAt ?? '') + task.timeoutSeconds * 1000;
  if (message.includes('its current image is')) return facts.imageAt < deadline ? 'its node ran the image before the deadline' : undefined;
  if (!message.includes('still has the task running')) return undefined;
  if (!facts.wasDone) return 'the sidecar never had it';
  return facts.endedAt < deadline ? 'it was over on the sidecar before the deadline' : undefined;
};

const cancelled: Rule = ({ task, status: { message = '' }, facts }) => {
  if (task.cancel !== 'annotation' && task.cancel !== 'delete') return 'nobody cancelled it';
  if (message.includes('watched to its end') && !facts.wasDone) return 'the sidecar never had it';
  return message.includes('was taken off the sidecar') && !facts.wasDeleted ? 'nobody asked the sidecar to take it off' : undefined;
};

function ruleOf({ phase, reason }: SeiNodeTaskStatus): Rule {
  if (phase === 'Complete') return complete;
  return ruleOfReason[reason ?? ''] ?? never;
}

const ruleOfReason: Readonly<Record<string, Rule>> = {
  TargetResolveFailed: () => undefined,
  ParamsBuildFailed: neverBegun,
  TaskTerminalError: neverBegun,
  TaskFailed: failedThere,
  TxFailed: ({ facts }) => (facts.inclusion === 'committed_failed' ? undefined : `its transaction is ${facts.inclusion}`),
  InclusionUndetermined: failedThere,
  Timeout: timedOut,
  Cancelled: cancelled,
  WorkflowTerminated: ({ task }) => (task.cancel === 'terminate' ? undefined : 'nobody terminated its workflow'),
};
