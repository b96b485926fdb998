import type { ServerResponse } from 'node:http';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { Bridge, type BridgeOptions } from '../../crd-bridge/bridge.ts';
import type { RunbookWorkflows } from '../../crd-bridge/runbook-workflows.ts';
import type { TaskWorkflows } from '../../crd-bridge/task-workflows.ts';
import type { EventRecorder } from '../../kubernetes/event-recorder.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { FakeApiServer, sendJson, sendStatus, type Handler, type SeenRequest } from '../kubernetes/fake-api-server.ts';

const ignore = (): void => {};

/** Ids that a list yields. */
export async function* listed(...ids: string[]): AsyncGenerator<string, void, undefined> {
  yield* ids;
}

export interface FakeBridgeOptions extends Partial<Pick<BridgeOptions, 'namespaces' | 'isLeading'>> {
  /** What the API server has; may change. */
  readonly tasks: () => readonly Pick<SeiNodeTask, 'metadata'>[];
  /** Namespaces in which nothing may be read; may change. */
  readonly forbidden?: readonly string[];
  /** As `workflows`, of runbooks, of which the API server has none. Unset: runbooks are not carried out. */
  readonly runbookWorkflows?: Partial<RunbookWorkflows>;
  /** Replaces what Temporal would do. */
  readonly workflows: Partial<TaskWorkflows>;
}

/** A bridge between an API server and a Temporal server that a test makes up. */
export class BridgeOnFakes implements AsyncDisposable {
  readonly bridge: Bridge;
  readonly recorded = new RecordedLog();
  readonly #server: FakeApiServer;
  readonly #watches: Watches;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  private constructor(
    server: FakeApiServer,
    watches: Watches,
    { workflows, runbookWorkflows, namespaces = [], isLeading = () => true }: FakeBridgeOptions,
  ) {
    this.#server = server;
    this.#watches = watches;
    this.bridge = new Bridge({
      transport: server.transport,
      events: { record: ignore } as unknown as EventRecorder,
      workflows: { canListOpen: true, listClosed: listed, listOpen: listed, ...workflows } as unknown as TaskWorkflows,
      runbookWorkflows: runbookWorkflows as unknown as RunbookWorkflows | undefined,
      namespaces,
      taskSelector: undefined,
      maxOrphansPercent: 20,
      isLeading,
      log: this.recorded.log,
    });
    this.#running = this.bridge.run(this.#stop.signal);
  }

  static async start(options: FakeBridgeOptions): Promise<BridgeOnFakes> {
    const watches: Watches = new Map();
    return new BridgeOnFakes(await FakeApiServer.start(apiServer(options, watches)), watches, options);
  }

  /** What the API server was asked. */
  get requests(): readonly SeenRequest[] {
    return this.#server.requests;
  }

  /** Whether the bridge watches tasks at the moment. */
  get isWatched(): boolean {
    return this.#watches.has('seinodetasks');
  }

  /** Sends the deletion of a task on the watch. */
  sendDeleted(task: Pick<SeiNodeTask, 'metadata'>): void {
    const object = { ...task, metadata: { ...task.metadata, resourceVersion: '2' } };
    this.#watches.get('seinodetasks')?.write(`${JSON.stringify({ type: 'DELETED', object })}\n`);
  }

  /** Ends the watch of tasks as when the API server no longer has the events: the bridge lists them again. */
  expireWatch(): void {
    const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    this.#watches.get('seinodetasks')?.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
    this.#watches.delete('seinodetasks');
  }

  /** Aborts the signal of its term. @returns When it has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#server[Symbol.asyncDispose]();
  }
}

/** The open watch of each kind of resource, by its plural. */
type Watches = Map<string, ServerResponse>;

function apiServer({ tasks, forbidden = [] }: FakeBridgeOptions, watches: Watches): Handler {
  return ({ path, query }, response) => {
    const [, namespace, plural, name] = /(?:namespaces\/([^/]+)\/)?(seinode\w+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (namespace !== undefined && forbidden.includes(namespace)) return sendStatus(response, 403, 'Forbidden');
    if (query['watch'] !== undefined) {
      watches.set(plural ?? '', response);
      return response.writeHead(200).flushHeaders();
    }
    const all = plural === 'seinodetasks' ? tasks() : [];
    const items = all.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
    if (name === undefined) return sendJson(response, 200, { metadata: { resourceVersion: '1' }, items });
    const found = items.find(({ metadata }) => metadata.name === name);
    if (found === undefined) sendStatus(response, 404, 'NotFound');
    else sendJson(response, 200, found);
  };
}

/** A restart whose workflow runs, as the API server stores it. */
export function runningTask(namespace: string, name: string): SeiNodeTask {
  return {
    metadata: { namespace, name, uid: `uid-of-${name}`, resourceVersion: '1' },
    spec: { kind: 'RestartSeid', target: { name: 'node' } },
    status: { phase: 'Running', workflow: { runId: 'run' } },
  } as unknown as SeiNodeTask;
}
