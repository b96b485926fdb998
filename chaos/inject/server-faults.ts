import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalServer } from '../../dev/local-server.ts';
import type { ChaosStack } from '../start-chaos-stack.ts';
import type { Injector } from './injector.ts';
import { pause } from './pause.ts';

type ServerOf = (stack: ChaosStack) => LocalServer;

/** `kill -9`, and after a while a start with the same port and data. */
export function killServer(serverOf: ServerOf): Injector {
  return async ({ stack, fault, signal }) => {
    const server = serverOf(stack);
    const { pid } = server;
    await server.kill('SIGKILL');
    await sleep(fault.forMs, undefined, { signal });
    await server.start();
    return server.pid !== pid;
  };
}

/** SIGSTOP, and after a while SIGCONT. */
export function pauseServer(serverOf: ServerOf): Injector {
  return async (injection) => {
    const server = serverOf(injection.stack);
    return await pause({ pid: server.pid, signal: (signal) => server.kill(signal) }, injection);
  };
}
