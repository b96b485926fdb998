import assert from 'node:assert/strict';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { dispatching } from '../../core/progress.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { TaskStatusWriter } from '../../kubernetes/task-status-writer.ts';
import { FakeApiServer, sendJson } from './fake-api-server.ts';

const reference = { namespace: 'ns', name: 'a', uid: 'u1' };
const work = { kind: 'RestartSeid', task: { node: { namespace: 'ns', name: 'node' } }, payload: {} } as const;
const executing = { step: 'executing', progress: dispatching(work), taskId: 'id', startedAtMs: 0 } as const;

/** Holds one task and takes every patch of it, with the next resourceVersion. */
async function serve(
  status: SeiNodeTaskStatus,
  refuse: (patch: SeiNodeTaskStatus) => string | undefined = () => undefined,
) {
  let task: SeiNodeTask = { metadata: { ...reference, resourceVersion: '1', generation: 3 }, status };
  const server = await FakeApiServer.start((request, response) => {
    if (request.method === 'GET') return sendJson(response, 200, task);
    const patch = (JSON.parse(request.body) as { status: SeiNodeTaskStatus }).status;
    const field = refuse(patch);
    if (field !== undefined) {
      return sendJson(response, 422, {
        kind: 'Status',
        reason: 'Invalid',
        message: 'invalid',
        details: { causes: [{ field }] },
      });
    }
    task = {
      metadata: { ...task.metadata, resourceVersion: `${Number(task.metadata.resourceVersion) + 1}` },
      status: { ...task.status, ...patch },
    };
    return sendJson(response, 200, task);
  });
  const client = new ResourceClient<SeiNodeTask>(server.transport, {
    group: 'sei.io',
    version: 'v1alpha1',
    plural: 'seinodetasks',
  });
  return {
    statuses: new TaskStatusWriter(client),
    methods: () => server.requests.map(({ method }) => method),
    status: () => task.status,
    finishByOthers: () => (task = { ...task, status: { ...task.status, phase: 'Complete' } }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe('TaskStatusWriter', () => {
  it("stamps the resource's generation", async () => {
    await using server = await serve({});
    await server.statuses.write({ task: reference, change: { step: 'accepted' }, context: { atMs: 0 } });
    assert.equal(server.status()?.observedGeneration, 3);
  });

  it('reads a task before its first write, and not before the next', async () => {
    await using server = await serve({});
    await server.statuses.write({ task: reference, change: { step: 'accepted' }, context: { atMs: 0 } });
    await server.statuses.write({ task: reference, change: executing, context: { atMs: 1_000 } });
    assert.deepEqual(server.methods(), ['GET', 'PATCH', 'PATCH']);
  });

  it('reads again before it decides that there is nothing to write', async () => {
    await using server = await serve({});
    await server.statuses.write({ task: reference, change: executing, context: { atMs: 0 } });
    server.finishByOthers();
    const result = await server.statuses.write({ task: reference, change: { step: 'accepted' }, context: { atMs: 0 } });
    assert.deepEqual(server.methods(), ['GET', 'PATCH', 'GET']);
    assert.equal(result.outcome === 'unchanged' && result.object.status?.phase, 'Complete');
  });

  it('falls back to values that the CRD as first published accepts', async () => {
    await using server = await serve({}, ({ task }) => (task?.status === 'Running' ? 'status.task.status' : undefined));
    const result = await server.statuses.write({ task: reference, change: executing, context: { atMs: 0 } });
    assert.equal(result.outcome, 'written');
    assert.equal(server.status()?.task?.status, 'Pending');
  });
});
