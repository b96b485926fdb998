import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { closeServer, listenLocally, portOf } from '../support/local-server.ts';

interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface MisbehavingServer extends AsyncDisposable {
  readonly url: string;
  /** Each request in the order of arrival. */
  readonly received: readonly ReceivedRequest[];
}

/** Starts a server on a free loopback port that answers as a test wants it. */
export async function startMisbehavingServer(answer: RequestListener): Promise<MisbehavingServer> {
  const received: ReceivedRequest[] = [];
  const receive = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
    const { method = '', url: path = '', headers } = request;
    received.push({ method, path, headers, body: await text(request) });
    answer(request, response);
  };
  const server = createServer((request, response) => void receive(request, response));
  await listenLocally(server);
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    received,
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

/** Gives the same answer to every request. */
export function answering(status: number, body = '', headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(body);
}
