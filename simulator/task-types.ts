import { setTimeout as sleep } from 'node:timers/promises';
import { formatGoDuration } from './go-format.ts';
import type { Kubelet } from './kubelet.ts';

/** The sidecar's own limits, milliseconds. */
export interface SidecarTimings {
  /** How long `restart-seid` waits for seid to exit; then it fails and leaves seid alone. */
  restartGraceMs: number;
  /** How long `restart-seid` then waits for the RPC. */
  rpcUpTimeoutMs: number;
  /** How long the action `SIGTERM_SEID` waits before it sends SIGKILL. */
  killAfterMs: number;
  /** Time between two looks at the RPC. The real sidecar takes 1 s for a restart and 100 ms for a height. */
  pollIntervalMs: number;
}

/** What a task may use while it runs. */
interface TaskContext {
  params: Record<string, unknown>;
  seid: Kubelet;
  timings: SidecarTimings;
  /** Aborted when the sidecar stops or, on newer sidecars, when the task is deleted. */
  signal: AbortSignal;
}

/** Carries a task out and returns its `result`, if it has one. Whatever it throws becomes the task's `error`. */
export type TaskType = (context: TaskContext) => Promise<unknown>;

/** Every type that the sidecar knows. */
export const taskTypes: ReadonlyMap<string, TaskType> = new Map<string, TaskType>([
  ['restart-seid', restartSeid],
  ['await-condition', awaitCondition],
  ['mark-ready', async () => undefined],
]);

async function restartSeid({ seid, timings, signal }: TaskContext): Promise<void> {
  const { pid } = seid;
  if (pid !== undefined && seid.signal(pid, 'SIGTERM') && !(await exits(seid, pid, timings.restartGraceMs, signal))) {
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
  const { condition, targetHeight, action } = parseAwaitCondition(context.params);
  if (condition === '') throw new Error('condition is required');
  if (condition !== 'height') throw new Error(`unknown condition ${JSON.stringify(condition)}`);
  if (targetHeight <= 0) throw new Error(`targetHeight must be > 0, got ${targetHeight}`);
  while (((await context.seid.latestHeight()) ?? -1) < targetHeight) {
    await sleep(context.timings.pollIntervalMs, undefined, { signal: context.signal });
  }
  if (action === 'SIGTERM_SEID') await stopSeid(context);
  else if (action !== '') throw new Error(`unknown action ${JSON.stringify(action)}`);
}

async function stopSeid({ seid, timings, signal }: TaskContext): Promise<void> {
  const { pid } = seid;
  if (pid === undefined) throw new Error('finding seid process: process "seid" not found in /proc');
  seid.signal(pid, 'SIGTERM');
  if (!(await exits(seid, pid, timings.killAfterMs, signal))) seid.signal(pid, 'SIGKILL');
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

function parseAwaitCondition(params: Record<string, unknown>): {
  condition: string;
  action: string;
  targetHeight: number;
} {
  const { condition = '', action = '', targetHeight = 0 } = params;
  if (typeof condition !== 'string') throw mismatch('condition', condition, 'string');
  if (typeof action !== 'string') throw mismatch('action', action, 'string');
  if (typeof targetHeight !== 'number' || !Number.isInteger(targetHeight)) {
    throw mismatch('targetHeight', targetHeight, 'int64');
  }
  return { condition, action, targetHeight };
}

/** In the words of Go's decoder, which the sidecar passes on. */
function mismatch(field: string, value: unknown, wanted: string): Error {
  const kinds: Record<string, string> = { boolean: 'bool', number: `number ${String(value)}` };
  const kind = Array.isArray(value) ? 'array' : (kinds[typeof value] ?? typeof value);
  return new Error(
    `parsing params: json: cannot unmarshal ${kind} into Go struct field awaitConditionParams.${field} of type ${wanted}`,
  );
}
