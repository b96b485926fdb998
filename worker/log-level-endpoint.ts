import type { IncomingMessage, ServerResponse } from 'node:http';
import { logLevels, type LogLevelName } from '../api/log.ts';

/** Longest body that is read, in bytes. */
const LONGEST_BODY = 64;
/** Addresses of the loopback interface: `kubectl port-forward` connects from there, kubelets and other pods do not. */
const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/**
 * Serves the log level: GET answers it, PUT changes it until the process ends. Only for clients on the loopback
 * interface, because the probes are served to everybody.
 */
export async function answerLogLevel(
  request: IncomingMessage,
  response: ServerResponse,
  log: { level: LogLevelName },
): Promise<void> {
  const answer = (status: number, text: string): void =>
    void response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
  if (!LOOPBACK.test(request.socket.remoteAddress ?? ''))
    return answer(403, 'Only for clients on the loopback interface. Use kubectl port-forward.');
  if (request.method === 'GET') return answer(200, log.level);
  if (request.method !== 'PUT') return answer(405, 'Use GET, or PUT with a level.');
  const text = (await bodyOf(request)).trim();
  const level = logLevels.find((name) => name === text.toUpperCase());
  if (level === undefined)
    return answer(400, `The level must be one of ${logLevels.join(', ')}, got ${JSON.stringify(text)}.`);
  log.level = level;
  answer(200, level);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > LONGEST_BODY) break;
  }
  return body.slice(0, LONGEST_BODY);
}
