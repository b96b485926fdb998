import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import { goTool } from '../../dev/binaries/go-tool.ts';
import { reportToStderr } from '../../dev/progress-reporter.ts';
import { ServersOnDemand } from './servers-on-demand.ts';

let servers: ServersOnDemand | undefined;

export async function mochaGlobalSetup(): Promise<void> {
  // On a fresh machine they are compiled for minutes, which does not count as time of a test.
  await findBinaries(process.env, reportToStderr);
  await goTool('promtool', process.env, reportToStderr);
  servers = await ServersOnDemand.listen();
}

export async function mochaGlobalTeardown(): Promise<void> {
  await servers?.[Symbol.asyncDispose]();
}
