import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { LogLevelName } from '../api/log.ts';
import { answerLogLevel } from './log-level-endpoint.ts';
import { splitAddress } from './split-address.ts';

/** Why the process is not ready, by name of the check; `true` = fine. */
export type ReadinessChecks = Readonly<Record<string, boolean>>;

/**
 * Serves `/healthz` (200 while the process runs) and `/readyz` (200 once every check passes, else 503), with one line
 * per check, as the API server does; and `/loglevel`.
 *
 * @throws Error when the address cannot be bound.
 */
export async function startProbeServer(
  address: string,
  checks: () => ReadinessChecks,
  log: { level: LogLevelName },
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/loglevel') {
      // A client that goes away in the middle of its request.
      answerLogLevel(request, response, log).catch(() => response.destroy());
      return;
    }
    const results = request.url === '/healthz' ? {} : request.url === '/readyz' ? checks() : undefined;
    if (results === undefined) {
      response.writeHead(404).end('not found\n');
      return;
    }
    const ok = Object.values(results).every(Boolean);
    const lines = Object.entries(results).map(([name, passed]) => `[${passed ? '+' : '-'}]${name}\n`);
    response
      .writeHead(ok ? 200 : 503, { 'content-type': 'text/plain' })
      .end(`${lines.join('')}${ok ? 'ok' : 'not ready'}\n`);
  });
  server.listen(splitAddress(address));
  await once(server, 'listening');
  return server;
}
