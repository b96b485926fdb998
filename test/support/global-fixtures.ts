import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import { ServersOnDemand } from './servers-on-demand.ts';

let servers: ServersOnDemand | undefined;

export async function mochaGlobalSetup(): Promise<void> {
  // On a fresh machine they are compiled for minutes, which is no time of a test.
  await findBinaries(process.env, (line) => void process.stderr.write(`${line}\n`));
  servers = await ServersOnDemand.listen();
}

export async function mochaGlobalTeardown(): Promise<void> {
  await servers?.[Symbol.asyncDispose]();
}
