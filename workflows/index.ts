export { AwaitCondition } from './await-condition.ts';
export { AwaitNodesAtHeight } from './await-nodes-at-height.ts';
export { RestartSeid } from './restart-seid.ts';
export { RestartThenAwaitHeight } from './runbooks/restart-then-await-height.ts';
export { default } from './unsupported-kind.ts';
