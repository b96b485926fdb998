import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import { reportToStderr } from '../../dev/progress-reporter.ts';
import { ServersOnDemand } from './servers-on-demand.ts';

// Hundreds of processes compile the same modules; this is where Node itself puts the cache.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');

let servers: ServersOnDemand | undefined;

export async function mochaGlobalSetup(): Promise<void> {
  // On a fresh machine they are compiled for minutes, which is no time of a test.
  await findBinaries(process.env, reportToStderr);
  servers = await ServersOnDemand.listen();
}

export async function mochaGlobalTeardown(): Promise<void> {
  await servers?.[Symbol.asyncDispose]();
}
