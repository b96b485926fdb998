import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../is-alive.ts';

/**
 * Runs `build` while no other process on this machine runs one under the same lock file, so that two test runs do not
 * compile the same binary at the same time. A lock whose process is gone is taken over.
 *
 * @param onWait called once if another process has the lock.
 */
export async function withBuildLock(lockFile: string, onWait: () => void, build: () => Promise<void>): Promise<void> {
  for (let attempt = 0; !(await takeLock(lockFile)); attempt += 1) {
    if (attempt === 1) onWait();
    await removeIfStale(lockFile);
    await delay(250);
  }
  try {
    await build();
  } finally {
    await rm(lockFile, { force: true });
  }
}

/** A link appears together with its contents, so a lock always has a process id. */
async function takeLock(lockFile: string): Promise<boolean> {
  const mine = `${lockFile}.${randomUUID()}`;
  await writeFile(mine, String(process.pid));
  try {
    await link(mine, lockFile);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}

async function removeIfStale(lockFile: string): Promise<void> {
  const holder = await readFile(lockFile, 'utf8').catch(() => undefined);
  if (holder === undefined || isAlive(Number(holder))) return;
  // Only one of several waiters can move the file away. If that was a fresh lock, two builds run at the same time. That
  // only costs time: results are moved into place atomically.
  const stale = `${lockFile}.${randomUUID()}`;
  await rename(lockFile, stale).catch(() => {});
  await rm(stale, { force: true });
}
