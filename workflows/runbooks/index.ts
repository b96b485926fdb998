/** The package `sei-node-tasks/workflows`: what a runbook in a project of its own imports. */
export { runChildTask, validateTasks, type ChildTask, type ServiceQueue } from './child-task.ts';
export { withNodePermit } from './with-node-permit.ts';
export type { NodeReference } from '../../api/node-reference.ts';
export type { FailureReason } from '../../api/reasons.ts';
export type { TaskKind } from '../../api/task-kinds.ts';
export type { TaskInput } from '../../api/temporal/task-input.ts';
export type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
