/**
 * The program between a parent and a process that must not outlive it.
 *
 * It starts the command given as its arguments in a process group of its own and is tied to the parent
 * by the IPC channel. The kernel closes that channel when the parent ends, `kill -9` included; then the
 * guard ends the process, the rest of its group, and itself.
 *
 * stdout and stderr are inherited: output flows from the process to the parent, not through here.
 */
import { spawn } from 'node:child_process';
import type { FromGuard, ToGuard } from './guard-messages.ts';

/** Grace time of the process after the parent has ended. */
const ORPHAN_GRACE_MILLISECONDS = 3_000;

const [command = '', ...commandArguments] = process.argv.slice(2);
const guarded = spawn(command, commandArguments, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

function tellParent(message: FromGuard): void {
  // The callback takes the error of a parent that is already gone; 'disconnect' handles that case.
  process.send?.(message, () => {});
}

function killGroup(): void {
  if (guarded.pid === undefined) return;
  try {
    process.kill(-guarded.pid, 'SIGKILL');
  } catch {
    // No process is left in the group.
  }
}

function end(graceMilliseconds: number): void {
  guarded.kill('SIGTERM');
  setTimeout(killGroup, graceMilliseconds).unref();
}

function leave(message: FromGuard): void {
  killGroup();
  if (!process.connected) process.exit();
  process.send?.(message, () => process.exit());
}

guarded.on('spawn', () => tellParent({ type: 'started', pid: guarded.pid! }));
guarded.on('error', (error) => {
  if (guarded.pid === undefined) leave({ type: 'failed', message: error.message });
});
guarded.on('exit', (code, signal) => leave({ type: 'exited', code, signal }));

process.on('message', (message: ToGuard) => {
  if (message.type === 'signal') guarded.kill(message.signal);
  else end(message.graceMilliseconds);
});
process.on('disconnect', () => end(ORPHAN_GRACE_MILLISECONDS));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => end(ORPHAN_GRACE_MILLISECONDS));
}
