import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Bridge } from '../../crd-bridge/bridge.ts';
import type { TaskWorkflows } from '../../crd-bridge/task-workflows.ts';
import type { EventRecorder } from '../../kubernetes/event-recorder.ts';
import { FakeApiServer, sendJson } from '../kubernetes/fake-api-server.ts';
import { eventually } from '../support/eventually.ts';

/** More than a bridge reconciles at the same time. */
const TASKS = 40;

const ignore = (): void => {};
const log = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

async function* none(): AsyncGenerator<never> {}

describe('a bridge that is deposed', () => {
  let server: FakeApiServer;
  let started: string[];
  let answer: PromiseWithResolvers<'open'>;
  let stop: AbortController;
  let isLeading: boolean;
  let running: Promise<void>;

  beforeEach(async () => {
    const items = Array.from({ length: TASKS }, (_, index) => ({
      metadata: { namespace: 'a', name: `task-${index}`, uid: `uid-${index}`, resourceVersion: '1' },
      spec: { kind: 'RestartSeid', target: { name: 'node' } },
      status: { phase: 'Running', workflow: { runId: 'run' } },
    }));
    server = await FakeApiServer.start(({ query }, response) => {
      // A watch stays open without an event.
      if (query['watch'] === undefined) sendJson(response, 200, { metadata: { resourceVersion: '1' }, items });
      else response.writeHead(200).flushHeaders();
    });
    started = [];
    answer = Promise.withResolvers();
    stop = new AbortController();
    isLeading = true;
    const workflows = {
      canListOpen: false,
      listClosed: none,
      start: async ({ metadata }: { metadata: { name: string } }) => {
        started.push(metadata.name);
        return await answer.promise;
      },
    };
    const bridge = new Bridge({
      transport: server.transport,
      events: { record: ignore } as unknown as EventRecorder,
      workflows: workflows as unknown as TaskWorkflows,
      namespaces: [],
      taskSelector: undefined,
      isLeading: () => isLeading,
      log,
    });
    running = bridge.run(stop.signal);
    await eventually('it works', () => started.length > 0);
  });

  afterEach(async () => {
    answer.resolve('open');
    stop.abort();
    await running;
    await server[Symbol.asyncDispose]();
  });

  it('ends what it has started, and starts nothing more', async () => {
    const before = started.length;
    assert.ok(before < TASKS);
    stop.abort();
    answer.resolve('open');
    await running;
    assert.equal(started.length, before);
  });

  it('starts nothing more when it has lost the lease without knowing it, as after a pause', async () => {
    const before = started.length;
    isLeading = false;
    answer.resolve('open');
    for (let turns = 0; turns < 100; turns += 1) await turn();
    assert.equal(started.length, before);
  });
});
