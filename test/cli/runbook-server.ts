import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { FakeApiServer, sendJson, sendStatus, type SeenRequest } from '../kubernetes/fake-api-server.ts';
import { runbookSpec } from '../runbook/runbook-manifests.ts';

export const NAMESPACE = 'arctic-1';
const COLLECTION = `/apis/sei.io/v1alpha1/namespaces/${NAMESPACE}/seinoderunbooks`;
const NODES = `/apis/sei.io/v1alpha1/namespaces/${NAMESPACE}/seinodes`;

type Control = NonNullable<RunbookStatus['control']>;

interface StoredEvent {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: SeiNodeRunbook;
}

/**
 * An API server with SeiNodeRunbooks in one namespace, and nothing that acts on them: a test writes the statuses. It
 * serves watches, which a test can end.
 */
export class RunbookServer implements AsyncDisposable {
  /** What a service would answer to a command. Unset: nothing answers. */
  answer: ((control: { id: string; verb: string; node?: string }) => Pick<Control, 'accepted' | 'message'>) | undefined;
  /** What a service would write for a runbook that is created. Unset: nothing. */
  plan: ((created: SeiNodeRunbook) => RunbookStatus) | undefined;
  /** Whether the connection breaks after a patch was written. */
  isLosingPatches = false;
  /** Names of SeiNodes. */
  nodes: readonly string[] = [];
  /** HTTP status with which writes and watches are refused, by method or `WATCH`. */
  readonly refused = new Map<string, number>();
  /** Whether it has forgotten what happened before now, as one that was restarted. */
  isForgetful = false;
  readonly #runbooks = new Map<string, SeiNodeRunbook>();
  readonly #events: StoredEvent[] = [];
  readonly #watches = new Set<ServerResponse>();
  #version = 1;
  #fake!: FakeApiServer;
  #directory = '';

  static async start(): Promise<RunbookServer> {
    const server = new RunbookServer();
    server.#fake = await FakeApiServer.start((request, response) => server.#handle(request, response));
    server.#directory = await mkdtemp(join(tmpdir(), 'runbook-server-'));
    await writeFile(server.kubeconfig, server.#fake.kubeconfig);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.endWatches();
    await this.#fake[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true });
  }

  get kubeconfig(): string {
    return join(this.#directory, 'kubeconfig');
  }

  /** An environment in which the plugin finds this server. */
  get shell(): NodeJS.ProcessEnv {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    return { PATH, NODE_COMPILE_CACHE, HOME: this.#directory, KUBECONFIG: this.kubeconfig, TERM: 'xterm' };
  }

  get requests(): readonly SeenRequest[] {
    return this.#fake.requests;
  }

  runbook(name: string): SeiNodeRunbook | undefined {
    return this.#runbooks.get(name);
  }

  get names(): string[] {
    return [...this.#runbooks.keys()];
  }

  /** Creates a runbook, or gives it another status. */
  set(name: string, status?: RunbookStatus, spec: object = {}): void {
    const before = this.#runbooks.get(name);
    const metadata = before?.metadata ?? {
      namespace: NAMESPACE,
      name,
      uid: `uid-${name}`,
      creationTimestamp: '2026-11-28T13:00:00Z',
    };
    const object = { apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeRunbook', metadata, spec: runbookSpec(spec) };
    this.#store(before === undefined ? 'ADDED' : 'MODIFIED', {
      ...((before ?? object) as SeiNodeRunbook),
      ...(status === undefined ? {} : { status }),
    });
  }

  /** Writes `spec.control`, as another client. */
  replaceControl(name: string, control: object): void {
    const runbook = this.#runbooks.get(name);
    if (runbook !== undefined) this.#store('MODIFIED', { ...runbook, spec: { ...runbook.spec, control } });
  }

  delete(name: string): void {
    const runbook = this.#runbooks.get(name);
    if (runbook !== undefined) this.#store('DELETED', runbook);
  }

  /** Ends every watch, as a server does that restarts. */
  endWatches(): void {
    for (const watch of this.#watches) watch.destroy();
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  #store(type: StoredEvent['type'], runbook: SeiNodeRunbook): void {
    this.#version += 1;
    const { name } = runbook.metadata;
    const object = { ...runbook, metadata: { ...runbook.metadata, resourceVersion: String(this.#version) } };
    if (type === 'DELETED') this.#runbooks.delete(name);
    else this.#runbooks.set(name, object);
    this.#events.push({ version: this.#version, type, object });
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  #handle(request: SeenRequest, response: ServerResponse): void {
    const { method, path, query } = request;
    const refusal = this.refused.get(query['watch'] === 'true' ? 'WATCH' : method);
    if (refusal !== undefined) return sendStatus(response, refusal, refusal === 403 ? 'Forbidden' : 'InternalError');
    if (path === NODES) return sendJson(response, 200, listOf(this.nodes.map((name) => ({ metadata: meta(name) }))));
    if (path !== COLLECTION) return this.#handleOne(request, response);
    if (method === 'POST') return this.#create(request, response);
    if (query['watch'] === 'true') return this.#watch(query['resourceVersion'], response);
    sendJson(response, 200, listOf([...this.#runbooks.values()]));
  }

  #handleOne({ method, path, body }: SeenRequest, response: ServerResponse): void {
    const name = path.slice(COLLECTION.length + 1);
    const runbook = this.#runbooks.get(name);
    if (runbook === undefined) return sendStatus(response, 404, 'NotFound', `seinoderunbooks "${name}" not found`);
    if (method === 'DELETE') this.delete(name);
    if (method === 'PATCH') this.#patch(runbook, JSON.parse(body) as { spec: { control: Control } });
    if (method === 'PATCH' && this.isLosingPatches) response.destroy();
    else sendJson(response, 200, this.#runbooks.get(name) ?? runbook);
    if (method === 'PATCH') this.#answer(name);
  }

  #patch(runbook: SeiNodeRunbook, { spec: { control } }: { spec: { control: Control } }): void {
    const fields = Object.fromEntries(Object.entries(control).filter(([, value]) => value !== null));
    this.replaceControl(runbook.metadata.name, fields);
  }

  #answer(name: string): void {
    const runbook = this.#runbooks.get(name);
    const control = runbook?.spec?.['control'] as Control | undefined;
    const answer = control && this.answer?.(control);
    if (runbook === undefined || control === undefined || answer === undefined) return;
    const { id, verb, node } = control;
    const answered = { id, verb, ...(node === undefined ? {} : { node }), ...answer, at: '2026-11-28T13:00:00Z' };
    this.set(name, { ...runbook.status, control: answered });
  }

  #create({ body }: SeenRequest, response: ServerResponse): void {
    const object = JSON.parse(body) as SeiNodeRunbook;
    const { name } = object.metadata;
    this.#store('ADDED', { ...object, metadata: { ...object.metadata, ...meta(name) } });
    const created = this.#runbooks.get(name)!;
    sendJson(response, 201, created);
    if (this.plan !== undefined) this.set(name, this.plan(created));
  }

  /** @param from - Unset: begins with what there is. */
  #watch(from: string | undefined, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from !== undefined && this.isForgetful) return this.#expire(response);
    const existing = [...this.#runbooks.values()].map((object) => ({ type: 'ADDED', object }));
    for (const { type, object } of from === undefined ? existing : this.#eventsAfter(Number(from)))
      response.write(`${JSON.stringify({ type, object })}\n`);
    this.#watches.add(response);
    void once(response, 'close').then(() => this.#watches.delete(response));
  }

  #eventsAfter(from: number): readonly StoredEvent[] {
    return this.#events.filter(({ version }) => version > from);
  }

  #expire(response: ServerResponse): void {
    const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
  }
}

function meta(name: string): SeiNodeRunbook['metadata'] {
  return { namespace: NAMESPACE, name, uid: `uid-${name}`, resourceVersion: '1' };
}

function listOf(items: readonly object[]): object {
  return { apiVersion: 'sei.io/v1alpha1', kind: 'List', metadata: { resourceVersion: '1' }, items };
}
