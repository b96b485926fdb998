import { randomUUID } from 'node:crypto';
import type { TaskView } from '../../simulator/task-store.ts';
import { eventually } from '../support/eventually.ts';

/** An answer with everything that the contract speaks of. */
export interface RawAnswer {
  status: number;
  contentType: string | null;
  text: string;
}

/** Talks to one sidecar in raw HTTP, so that a test sees what is on the wire. */
export class SidecarClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(
    method: string,
    path: string,
    body?: string | Buffer<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<RawAnswer> {
    const answer = await this.exchange(method, path, body, headers);
    return { status: answer.status, contentType: answer.headers.get('content-type'), text: answer.text };
  }

  /** With all headers. */
  async exchange(
    method: string,
    path: string,
    body?: string | Buffer<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; text: string }> {
    const response = await fetch(`${this.#url}${path}`, { method, headers, body: body ?? null });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  get(path: string): Promise<RawAnswer> {
    return this.send('GET', path);
  }

  post(task: unknown): Promise<RawAnswer> {
    return this.send('POST', '/v0/tasks', JSON.stringify(task));
  }

  /** Submits a task under a new id, and returns the id. */
  async submit(type: string, params?: Record<string, unknown>): Promise<string> {
    const id = randomUUID();
    const { status, text } = await this.post({ id, type, params });
    if (status !== 201) throw new Error(`${type} was not accepted: ${status} ${text}`);
    return id;
  }

  async task(id: string): Promise<TaskView> {
    return JSON.parse((await this.get(`/v0/tasks/${id}`)).text);
  }

  /** The task once it is neither running nor unknown. */
  ended(id: string): Promise<TaskView> {
    return eventually(`task ${id} ends`, async () => {
      const task = await this.task(id);
      return task.status === 'completed' || task.status === 'failed' ? task : undefined;
    });
  }
}
