export * from './tasks.ts';
export { RestartThenAwaitHeight } from './runbooks/restart-then-await-height.ts';
