export * from './tasks.ts';
export { RestartGatedNode } from './runbooks/restart-gated-node.ts';
export { RestartThenAwaitHeight } from './runbooks/restart-then-await-height.ts';
export { RollingRestart } from './runbooks/rolling-restart.ts';
