import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { LogLevelName } from '../api/log.ts';
import { printable } from '../lib/printable.ts';
import { withoutSecrets } from '../lib/without-secrets.ts';
import { ListenError } from './errors.ts';
import { answerLogLevel } from './log-level-endpoint.ts';
import { splitAddress } from './split-address.ts';

export interface Check {
  readonly passes: boolean;
  /** Why it fails, or what else is to be known. */
  readonly detail?: string | undefined;
}

export type Checks = Readonly<Record<string, Check>>;

export interface Probes {
  /** What must be true of a process that need not be restarted. */
  readonly healthz: () => Checks;
  /** What must be true of a process that can do its work. */
  readonly readyz: () => Checks;
  /** Never shown: a server may repeat in its answer what it was sent. */
  readonly secrets: readonly string[];
}

/**
 * Serves `/healthz` and `/readyz`: 200 when every check passes, else 503, with one line per check, as the API server
 * does; and `/loglevel`. A process whose event loop is blocked answers nothing, which a probe counts as a failure.
 *
 * @throws ListenError when the address cannot be served.
 */
export async function startProbeServer(address: string, probes: Probes, log: { level: LogLevelName }): Promise<Server> {
  const paths: Readonly<Record<string, () => Checks>> = { '/healthz': probes.healthz, '/readyz': probes.readyz };
  const server = createServer((request, response) => {
    if (request.url === '/loglevel') {
      // A client that goes away in the middle of its request.
      answerLogLevel(request, response, log).catch(() => response.destroy());
      return;
    }
    const checks = paths[request.url ?? '']?.();
    if (checks === undefined) {
      response.writeHead(404).end('not found\n');
      return;
    }
    const passes = Object.values(checks).every((check) => check.passes);
    const verdict = passes ? 'ok' : request.url === '/healthz' ? 'not healthy' : 'not ready';
    response.writeHead(passes ? 200 : 503, { 'content-type': 'text/plain' }).end(
      `${Object.entries(checks)
        .map(([name, check]) => lineOf(name, check, probes.secrets))
        .join('')}${verdict}\n`,
    );
  });
  try {
    server.listen(splitAddress(address));
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError('PROBE_ADDRESS', address, error);
  }
  return server;
}

function lineOf(name: string, { passes, detail }: Check, secrets: readonly string[]): string {
  const words = detail === undefined ? '' : `: ${printable(withoutSecrets(detail, secrets))}`;
  return `[${passes ? '+' : '-'}]${name}${words}\n`;
}
