import type { ClientRequest, IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/**
 * Sends a request and reads the whole answer.
 * @throws {Error} no connection, or no data during the request's `timeout`.
 */
export async function exchange(request: ClientRequest, body?: string): Promise<{ status: number; text: string }> {
  request.once('timeout', () => request.destroy(new Error('no answer in time')));
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, text: await text(response) };
}
