import { setTimeout as sleep } from 'node:timers/promises';
import { discoverPeers } from './discover-peers.ts';
import { decodeParams } from './go-decode.ts';
import { formatGoDuration, quoteGo } from './go-format.ts';
import { govTask } from './gov-tasks.ts';
import type { Kubelet } from './kubelet.ts';
import type { SidecarVersion, TaskContext, TaskType } from './task-context.ts';

const AWAIT_CONDITION = {
  struct: 'tasks.AwaitConditionRequest',
  fields: { condition: 'string', action: 'string', targetHeight: 'int64' },
} as const;

const everywhere: readonly (readonly [string, TaskType])[] = [
  ['restart-seid', restartSeid],
  ['await-condition', awaitCondition],
  ['mark-ready', async () => undefined],
  ['gov-vote', govTask('gov-vote')],
  ['gov-software-upgrade', govTask('gov-software-upgrade')],
  ['gov-param-change', govTask('gov-param-change')],
];

/** The types that a sidecar of each version knows. */
export const taskTypes: Readonly<Record<SidecarVersion, ReadonlyMap<string, TaskType>>> = {
  'v0.0.56': new Map([...everywhere, ['discover-peers', discoverPeers]]),
  newer: new Map(everywhere),
};

async function restartSeid(context: TaskContext): Promise<void> {
  const { seid, timings, signal } = context;
  const { pid } = seid;
  if (pid !== undefined && signalSeid(context, pid, 'SIGTERM') && !(await exits(seid, pid, timings.restartGraceMs, signal))) {
    const grace = formatGoDuration(timings.restartGraceMs);
    throw new Error(
      `seid pid ${pid} still alive ${grace} after SIGTERM; leaving it running (not force-killing a validator mid-commit)`,
    );
  }
  const deadline = performance.now() + timings.rpcUpTimeoutMs;
  while ((await seid.latestHeight()) === undefined) {
    await sleep(timings.pollIntervalMs, undefined, { signal });
    if (performance.now() > deadline) {
      throw new Error(`seid RPC did not come up within ${formatGoDuration(timings.rpcUpTimeoutMs)} after restart`);
    }
  }
}

async function awaitCondition(context: TaskContext): Promise<void> {
  const { condition, targetHeight, action } = decodeParams(AWAIT_CONDITION, context.params);
  if (condition === '') throw new Error('condition is required');
  if (condition !== 'height') throw new Error(`unknown condition ${quoteGo(condition)}`);
  if (targetHeight <= 0) throw new Error(`targetHeight must be > 0, got ${targetHeight}`);
  while (((await context.seid.latestHeight()) ?? -1) < targetHeight) {
    await sleep(context.timings.pollIntervalMs, undefined, { signal: context.signal });
  }
  if (action === 'SIGTERM_SEID') await stopSeid(context);
  else if (action !== '') throw new Error(`unknown action ${quoteGo(action)}`);
}

async function stopSeid(context: TaskContext): Promise<void> {
  const { seid, timings, signal } = context;
  const { pid } = seid;
  if (pid === undefined) throw new Error('finding seid process: process "seid" not found in /proc');
  signalSeid(context, pid, 'SIGTERM');
  if (!(await exits(seid, pid, timings.killAfterMs, signal))) signalSeid(context, pid, 'SIGKILL');
}

/** `false` when that process is gone. */
function signalSeid({ id: taskId, seid, journal }: TaskContext, pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  const isThere = seid.signal(pid, signal);
  if (isThere) journal.note({ type: 'seid-signalled', taskId, signal, pid });
  return isThere;
}

/** `false` when the process is still there after so many milliseconds. */
function exits(seid: Kubelet, pid: number, withinMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, withinMs, false);
    const cancel = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', cancel, { once: true });
    void seid.exited(pid).then(() => {
      clearTimeout(timer);
      return resolve(true);
    });
  });
}
