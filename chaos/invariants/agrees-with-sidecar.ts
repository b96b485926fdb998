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

/** What a status, or the workflow behind it, says must have been so at the sidecar. @returns What was not. */
type Rule = (ended: Ended) => string | undefined;

/** What was known of a finished task, and what its status says about the node, is what happened there. */
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

/** Of a workflow that was terminated the last word is not the last that happened. */
function knowledgeOf({ workflow }: ObservedTask) {
  return workflow?.end === 'TERMINATED' ? undefined : workflow?.knowledge;
}

const neverBegun: Rule = ({ facts }) => (facts.wasDone ? 'it was sent and begun' : undefined);
const begun: Rule = ({ facts }) => (facts.wasDone ? undefined : 'the sidecar never had it');

const rules: readonly Rule[] = [
  ({ task, status }) =>
    status.task !== undefined && status.task.id !== task.taskId
      ? `its id on the sidecar must be ${task.taskId}`
      : undefined,
  (ended) => {
    const sent = knowledgeOf(ended.task)?.sent;
    if (sent === 'no') return neverBegun(ended);
    return sent === 'yes' ? begun(ended) : undefined;
  },
  ({ task, facts }) =>
    task.workflow?.wasTakenOff && !facts.wasDeleted ? 'nobody asked the sidecar to take it off' : undefined,
];

const complete: Rule = ({ task, facts }) => {
  const { endsWith } = taskKinds[task.kind];
  if (endsWith === 'image')
    return facts.imageAt === Number.POSITIVE_INFINITY ? 'its node never ran the image' : undefined;
  if (endsWith === 'acceptance') return facts.wasDone ? undefined : 'the sidecar never took it';
  return facts.ends.includes('completed') ? undefined : 'the sidecar never completed it';
};

const failedThere: Rule = ({ facts }) => (facts.ends.includes('failed') ? undefined : 'it never failed on the sidecar');
const superseded: Rule = ({ facts }) => (facts.isSuperseded ? undefined : 'nobody set another image');
const included: Rule = ({ facts }) =>
  facts.inclusion === 'committed_ok' ? undefined : `its transaction is ${facts.inclusion}`;
const never: Rule = () => 'nothing in this run can lead to that';

/**
 * The last check is made after the deadline: what was over by then must have been seen, unless nobody could be asked.
 */
const timedOut: Rule = ({ task, status: { task: execution }, facts }) => {
  const { seen, problem } = knowledgeOf(task) ?? {};
  if (seen !== 'running' || problem !== undefined) return undefined;
  const deadline = Date.parse(execution?.executionStartedAt ?? '') + task.timeoutSeconds * 1000;
  const over = taskKinds[task.kind].endsWith === 'image' ? facts.imageAt : facts.endedAt;
  return over < deadline ? 'it was over before the deadline' : undefined;
};

const cancelled: Rule = ({ task }) =>
  task.cancel === 'annotation' || task.cancel === 'delete' ? undefined : 'nobody cancelled it';

function ruleOf({ phase, reason }: SeiNodeTaskStatus): Rule {
  if (phase === 'Complete') return (ended) => complete(ended) ?? (reason === 'Confirmed' ? included(ended) : undefined);
  return ruleOfReason[reason ?? ''] ?? never;
}

const ruleOfReason: Readonly<Record<string, Rule>> = {
  TargetResolveFailed: neverBegun,
  ParamsBuildFailed: neverBegun,
  TaskTerminalError: neverBegun,
  TaskFailed: (ended) => (taskKinds[ended.task.kind].endsWith === 'image' ? superseded : failedThere)(ended),
  TxFailed: ({ facts }) =>
    facts.inclusion === 'committed_failed' ? undefined : `its transaction is ${facts.inclusion}`,
  InclusionUndetermined: failedThere,
  Timeout: timedOut,
  Cancelled: cancelled,
  WorkflowTerminated: ({ task }) => (task.cancel === 'terminate' ? undefined : 'nobody terminated its workflow'),
};
