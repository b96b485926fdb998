import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TRIES = 20;
const RETRY_MS = 25;

/** Whether a process that was sent SIGSTOP has stopped, as `ps` tells; it may take a moment. */
export async function isStopped(pid: number): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    if (stdout.startsWith('T')) return true;
    await sleep(RETRY_MS);
  }
  return false;
}
