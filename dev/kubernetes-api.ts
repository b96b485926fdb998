import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/** A minimal client for the start of the API server. Any status is an answer. */
export interface KubernetesApi {
  /** Sends a request with a JSON body, if any; throws if no answer comes within 5 s. */
  request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ApiAnswer>;
}

/** @param caFile is read for each request: the server makes it while it starts. */
export function kubernetesApi(url: string, caFile: string, token: string): KubernetesApi {
  return {
    async request(method, path, body) {
      const dispatcher = new Agent({ connect: { ca: await readFile(caFile, 'utf8') } });
      try {
        const response = await request(url + path, {
          method,
          dispatcher,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: body === undefined ? null : JSON.stringify(body),
          signal: AbortSignal.timeout(5_000),
        });
        return { status: response.statusCode, body: await response.body.text() };
      } finally {
        await dispatcher.destroy();
      }
    },
  };
}
