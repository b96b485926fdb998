import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/free-port.ts';
import { spawnGuarded, type GuardedProcess } from '../../dev/spawn-guarded.ts';
import { eventually } from '../support/eventually.ts';

const MAIN = fileURLToPath(new URL('../../worker/codec-server/main.ts', import.meta.url));

export interface CodecServerProcess {
  readonly process: GuardedProcess;
  /** `host:port` of the codec. */
  readonly address: string;
  readonly probeUrl: string;
  readonly metricsUrl: string;
  readonly logFile: string;
  ready(): Promise<unknown>;
}

/**
 * Starts the codec server as a process of its own.
 *
 * @param directory - Where its log goes.
 */
export async function startCodecServerProcess(
  directory: string,
  variables: NodeJS.ProcessEnv,
): Promise<CodecServerProcess> {
  const [address, probes] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const metrics = `127.0.0.1:${await freePort()}`;
  const logFile = join(directory, `codec-server-${address.replace(':', '-')}.log`);
  const probeUrl = `http://${probes}`;
  const started = await spawnGuarded({
    command: process.execPath,
    arguments: ['--no-warnings', MAIN],
    env: {
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      CODEC_ADDRESS: address,
      PROBE_ADDRESS: probes,
      METRICS_ADDRESS: metrics,
      ...variables,
    },
    output: { file: logFile },
  });
  const ready = (): Promise<unknown> =>
    eventually('the codec server is ready', async () => (await fetch(`${probeUrl}/readyz`).catch(() => undefined))?.ok);
  return { process: started, address, probeUrl, metricsUrl: `http://${metrics}/metrics`, logFile, ready };
}
