/** The package `sei-node-tasks/workflows`: what a runbook in a project of its own imports. */
export { awaitNodesAtHeight, type HeightOptions } from './await-nodes-at-height.ts';
export { runChildTask, validateTasks, type ChildTask, type ServiceQueue } from './child-task.ts';
export { forEachNode, type FailedNodes, type ForEachNodeOptions } from './for-each-node.ts';
export { gate, type PassedGate } from './gate.ts';
export { guarded } from './guarded.ts';
export { withNodePermit, type HeldNode } from './held-node.ts';
export type { ChainOptions } from './plan-node.ts';
export { restartSeid, type RestartOptions } from './restart-seid.ts';
export type { NodeReference } from '../../api/node-reference.ts';
export type { FailureReason } from '../../api/reasons.ts';
export type { TaskKind } from '../../api/task-kinds.ts';
export type { TaskInput } from '../../api/temporal/task-input.ts';
export type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
