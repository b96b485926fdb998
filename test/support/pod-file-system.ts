import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

/** Where a pod has its tokens and files. */
const MOUNTS = ['/var/run/secrets/', '/etc/sei-node-tasks/'];
const SYNCHRONOUS = ['accessSync', 'existsSync', 'readFileSync', 'statSync'] as const;
const PROMISES = ['readFile', 'stat'] as const;

/**
 * Loaded before a program, it makes the files below the directory `POD_ROOT` appear where a pod has them: only root
 * could mount them there, and only for all processes of the machine.
 */
function redirect<Name extends string>(module: Record<Name, unknown>, names: readonly Name[]): void {
  for (const name of names) {
    const original = module[name] as (path: unknown, ...rest: unknown[]) => unknown;
    Object.assign(module, { [name]: (path: unknown, ...rest: unknown[]) => original(inPod(path), ...rest) });
  }
}

function inPod(path: unknown): unknown {
  const isMounted = typeof path === 'string' && MOUNTS.some((mount) => path.startsWith(mount));
  return isMounted ? join(process.env['POD_ROOT'] ?? '/', path) : path;
}

redirect(fs, SYNCHRONOUS);
redirect(fs.promises, PROMISES);
syncBuiltinESMExports();
