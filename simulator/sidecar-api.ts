import type { ServerResponse } from 'node:http';
import { encodeGoJson } from './go-format.ts';
import { TaskRefused, type Sidecar } from './sidecar.ts';
import { decodeTaskRequest } from './task-request.ts';

/** An HTTP answer before it is written. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

interface ApiRequest {
  method: string;
  path: string;
  body: string;
}

type Handler = (sidecar: Sidecar, request: ApiRequest, id: string) => Answer;

interface Route {
  pattern: RegExp;
  methods: Record<string, Handler>;
}

/** Go sends larger answers in chunks. */
const BUFFERED_BYTES = 2048;

const notFound = (): Answer => json(404, { error: 'task not found' });

const routes: readonly Route[] = [
  {
    pattern: /^\/v0\/tasks$/,
    methods: {
      GET: (sidecar) => json(200, sidecar.tasks()),
      POST: (sidecar, request) => submit(sidecar, request.body),
    },
  },
  {
    pattern: /^\/v0\/tasks\/(?<id>[^/]+)$/,
    methods: {
      GET: (sidecar, _request, id) => {
        const task = sidecar.task(id);
        return task === undefined ? notFound() : json(200, task);
      },
      DELETE: (sidecar, _request, id) => (sidecar.delete(id) ? { status: 204, headers: {}, body: '' } : notFound()),
    },
  },
  { pattern: /^\/v0\/(?:healthz|startupz)$/, methods: { GET: (sidecar) => bare(sidecar.ready ? 200 : 503) } },
  { pattern: /^\/v0\/livez$/, methods: { GET: () => bare(200) } },
  {
    pattern: /^\/v0\/status$/,
    methods: { GET: (sidecar) => json(200, { status: sidecar.ready ? 'Ready' : 'Initializing' }) },
  },
];

/** Handles one request and answers as the sidecar does (contract §3), including Go's ServeMux. */
export function answerSidecarRequest(sidecar: Sidecar, request: ApiRequest): Answer {
  for (const { pattern, methods } of routes) {
    const match = pattern.exec(request.path);
    if (match === null) continue;
    const handler = methods[request.method === 'HEAD' ? 'GET' : request.method];
    if (handler !== undefined) return handler(sidecar, request, decodeURIComponent(match.groups?.['id'] ?? ''));
    const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    return plainText(405, 'Method Not Allowed', { allow: allowed.toSorted().join(', ') });
  }
  return plainText(404, '404 page not found');
}

/** An error as Go's `http.Error` writes it. */
export function plainText(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: `${message}\n`,
  };
}

/** A JSON answer as Go's encoder writes it. */
export function json(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: encodeGoJson(value) };
}

/** Writes an answer, framed as Go frames it. */
export function writeAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, ...framing(response.req.method, status, body) }).end(body);
}

/** Go sends the length of a buffered answer; for HEAD only if there would be a body. */
function framing(method: string | undefined, status: number, body: string): Record<string, string | number> {
  const length = Buffer.byteLength(body);
  const isHead = method === 'HEAD';
  if (status === 204 || (isHead && (length === 0 || length > BUFFERED_BYTES))) return {};
  return length > BUFFERED_BYTES ? { 'transfer-encoding': 'chunked' } : { 'content-length': length };
}

function bare(status: number): Answer {
  return { status, headers: {}, body: '' };
}

function submit(sidecar: Sidecar, body: string): Answer {
  const task = decodeTaskRequest(body);
  if (task === undefined) return json(400, { error: 'invalid request body' });
  if (task.type === '') return json(400, { error: 'type is required' });
  try {
    return json(201, { id: sidecar.submit(task) });
  } catch (error) {
    if (error instanceof TaskRefused) return json(400, { error: error.message });
    throw error;
  }
}
