import { fork, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { freePort } from '../../dev/free-port.ts';
import type { LocalServers } from '../../dev/start-local-servers.ts';
import { abortable } from '../../lib/abortable.ts';
import type { FloorSettings, FromFloor, ToFloor } from './messages.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const WORKFLOWS = fileURLToPath(new URL('workflows.ts', import.meta.url));

/** What our figures are held against: bare workflows in a process of their own, on the same servers. */
export interface Floor extends AsyncDisposable {
  readonly pid: number;
  readonly metricsUrl: string;
  /**
   * Starts so many workflows, `atOnce` at a time, and waits until all are closed.
   *
   * @returns For each, the time from the request that starts it to the start of its second activity, in milliseconds.
   * @throws Error when one fails, or the process ends.
   */
  run(count: number, atOnce: number): Promise<readonly number[]>;
  /** Starts so many workflows and waits until the third activity of each waits. */
  hold(count: number): Promise<void>;
  /**
   * Ends so many of those waits, `perSecond` of them each second. The others continue to wait.
   *
   * @returns For each, the time from the end of its wait to the start of the activity after it, in milliseconds.
   */
  release(count: number, perSecond: number): Promise<readonly number[]>;
}

/** @throws Error when the process ends before it is ready; here and later the signal's reason. */
export async function startFloor(
  { directory, temporal }: Pick<LocalServers, 'directory' | 'temporal'>,
  signal: AbortSignal,
): Promise<Floor> {
  const bundleFile = join(directory, 'floor-bundle.js');
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('WARN') });
  await writeFile(bundleFile, code);
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  const { address, namespace } = temporal;
  const settings: FloorSettings = { address, namespace, bundleFile, metricsAddress };
  const child = fork(MAIN, [JSON.stringify(settings)], {
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The process of the floor did not start.');
  const tell = async (order: ToFloor): Promise<readonly number[]> => {
    child.send(order);
    return await abortable(answerOf(child), signal);
  };
  await abortable(answerOf(child), signal);
  return {
    pid,
    metricsUrl: `http://${metricsAddress}/metrics`,
    run: (count, atOnce) => tell({ type: 'run', count, atOnce }),
    hold: async (count) => void (await tell({ type: 'hold', count })),
    release: (count, perSecond) => tell({ type: 'release', count, perSecond }),
    async [Symbol.asyncDispose]() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await exited;
    },
  };
}

async function answerOf(child: ChildProcess): Promise<readonly number[]> {
  const { promise, resolve, reject } = Promise.withResolvers<FromFloor>();
  const onExit = (code: number | null, signal: string | null): void =>
    reject(new Error(`The process of the floor ended (${signal ?? `code ${code}`}).`));
  child.once('message', resolve);
  child.once('exit', onExit);
  try {
    const answer = await promise;
    if (answer.type === 'failed') throw new Error(`The floor failed: ${answer.message}`);
    return answer.milliseconds;
  } finally {
    child.off('message', resolve);
    child.off('exit', onExit);
  }
}
