import { setTimeout as sleep } from 'node:timers/promises';
import { formatGoDuration } from './go-format.ts';
import type { Kubelet } from './kubelet.ts';
import type { TaskContext } from './task-context.ts';

/** `restart-seid`: SIGTERM, and then waits until the RPC of the next process serves. */
export async function restartSeid(context: TaskContext): Promise<void> {
  const { seid, timings, signal } = context;
  await stopSeid(context);
  const deadline = performance.now() + timings.rpcUpTimeoutMs;
  while ((await seid.status()) === undefined) {
    await sleep(timings.pollIntervalMs, undefined, { signal });
    if (performance.now() > deadline) {
      throw new Error(`seid RPC did not come up within ${formatGoDuration(timings.rpcUpTimeoutMs)} after restart`);
    }
  }
}

/** `stop-seid`: SIGTERM only. A seid that is already down counts as stopped. */
export async function stopSeid(context: TaskContext): Promise<void> {
  const { seid, timings, signal } = context;
  const { pid } = seid;
  if (
    pid === undefined ||
    !signalSeid(context, pid, 'SIGTERM') ||
    (await exits(seid, pid, timings.restartGraceMs, signal))
  )
    return;
  const grace = formatGoDuration(timings.restartGraceMs);
  throw new Error(
    `seid pid ${pid} still alive ${grace} after SIGTERM; leaving it running (not force-killing a validator mid-commit)`,
  );
}

/** The action `SIGTERM_SEID`: SIGTERM, and SIGKILL if it still runs after a while. */
export async function stopOrKillSeid(context: TaskContext): Promise<void> {
  const { seid, timings, signal } = context;
  const { pid } = seid;
  if (pid === undefined) throw new Error('finding seid process: process "seid" not found in /proc');
  signalSeid(context, pid, 'SIGTERM');
  if (!(await exits(seid, pid, timings.killAfterMs, signal))) signalSeid(context, pid, 'SIGKILL');
}

/** `false` when that process has ended. */
function signalSeid({ id: taskId, seid, journal }: TaskContext, pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  const isThere = seid.signal(pid, signal);
  if (isThere) journal.note({ type: 'seid-signalled', taskId, signal, pid });
  return isThere;
}

/** `false` when the process still runs after this many milliseconds. */
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
