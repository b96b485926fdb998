import assert from 'node:assert/strict';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { dispatching } from '../../core/progress.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { TaskStatusWriter } from '../../kubernetes/task-status-writer.ts';
import { RecordedMetrics } from '../support/recorded-metrics.ts';
import { FakeApiServer, sendJson } from './fake-api-server.ts';

const reference = { namespace: 'ns', name: 'a', uid: 'u1' };
const work = { kind: 'RestartSeid', task: { node: { namespace: 'ns', name: 'node' } }, payload: {} } as const;
const executing = { step: 'executing', progress: dispatching(work), taskId: 'id', startedAtMs: 0 } as const;

/** Holds one task and takes every patch of it, with the next resourceVersion. */
async function serve(
  status: SeiNodeTaskStatus,
  refuse: (patch: SeiNodeTaskStatus) => string | undefined = () => undefined,
) {
  const metadata = { ...reference, resourceVersion: '1', generation: 3 };
  let task: SeiNodeTask = { metadata, spec: { kind: 'RestartSeid' }, status };
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
      ...task,
      metadata: { ...task.metadata, resourceVersion: `${Number(task.metadata.resourceVersion) + 1}` },
      status: { ...task.status, ...patch, task: { ...task.status?.task, ...patch.task } as SeiNodeTaskStatus['task'] },
    };
    return sendJson(response, 200, task);
  });
  const metrics = new RecordedMetrics();
  const client = new ResourceClient<SeiNodeTask>(server.transport, {
    group: 'sei.io',
    version: 'v1alpha1',
    plural: 'seinodetasks',
  });
  return {
    statuses: new TaskStatusWriter(client, metrics),
    measured: metrics.lines,
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

  it('measures a verdict once, when it was written', async () => {
    await using server = await serve({ phase: 'Running', startedAt: '1970-01-01T00:00:00Z' });
    const verdict = { phase: 'Complete', reason: 'TaskComplete', message: 'Done.' } as const;
    const write = { task: reference, change: { step: 'finished', verdict }, context: { atMs: 60_000 } } as const;
    await server.statuses.write({ ...write, change: executing });
    assert.deepEqual(server.measured, []);
    for (let attempt = 1; attempt <= 2; attempt += 1) await server.statuses.write(write);
    const labels = 'kind=RestartSeid,reason=TaskComplete';
    assert.deepEqual(server.measured, [
      `sei_task_outcomes_total ${labels} 1`,
      `sei_task_duration_seconds ${labels}`,
      `sei_task_execution_duration_seconds ${labels}`,
    ]);
  });

  it('falls back to values that the CRD as first published accepts', async () => {
    await using server = await serve({}, ({ task }) => (task?.status === 'Running' ? 'status.task.status' : undefined));
    const result = await server.statuses.write({ task: reference, change: executing, context: { atMs: 0 } });
    assert.equal(result.outcome, 'written');
    assert.equal(server.status()?.task?.status, 'Pending');
  });
});
