import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Where a pod finds its ServiceAccount. */
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Loaded before a program, it makes the directory `POD_SERVICE_ACCOUNT` appear where a pod has its ServiceAccount: only
 * root could mount it there, and only for all processes of the machine.
 */
for (const name of ['accessSync', 'existsSync', 'readFileSync', 'statSync'] as const) {
  const original = fs[name] as (path: unknown, ...rest: unknown[]) => unknown;
  Object.assign(fs, { [name]: (path: unknown, ...rest: unknown[]) => original(inPod(path), ...rest) });
}
syncBuiltinESMExports();

function inPod(path: unknown): unknown {
  return typeof path === 'string' && path.startsWith(MOUNT)
    ? path.replace(MOUNT, process.env['POD_SERVICE_ACCOUNT'] ?? MOUNT)
    : path;
}
