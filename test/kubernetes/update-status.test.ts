import assert from 'node:assert/strict';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { updateStatus, type StatusUpdate, type WithStatus } from '../../kubernetes/update-status.ts';
import { FakeApiServer, sendJson, sendStatus, type Handler } from './fake-api-server.ts';

interface Status {
  phase?: string;
  note?: string | undefined;
}
type Task = WithStatus<Status>;

function task(resourceVersion: string, status: Status = {}, uid = 'u1'): Task {
  return {
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeTask',
    metadata: { namespace: 'ns', name: 'a', uid, resourceVersion },
    status,
  };
}

function patchesOf(server: FakeApiServer): unknown[] {
  return server.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body));
}

/** A server where GET and PATCH are told apart; `patches` counts from 1. */
function start({ get, patch }: { get: Handler; patch: (count: number) => Handler }): Promise<FakeApiServer> {
  let patches = 0;
  return FakeApiServer.start((request, response) => {
    if (request.method === 'GET') return get(request, response);
    patches += 1;
    return patch(patches)(request, response);
  });
}

function run(
  server: FakeApiServer,
  compute: (current: Task) => Status | undefined,
  more: Pick<StatusUpdate<Task>, 'whenRefused' | 'current'> = {},
) {
  const client = new ResourceClient<Task>(server.transport, {
    group: 'sei.io',
    version: 'v1alpha1',
    plural: 'seinodetasks',
  });
  return updateStatus({ client, namespace: 'ns', name: 'a', uid: 'u1', compute, ...more });
}

const answer =
  (object: Task): Handler =>
  (_, response) =>
    sendJson(response, 200, object);
const refuse =
  (code: number, reason: string): Handler =>
  (_, response) =>
    sendStatus(response, code, reason);
/** As the API server refuses what the CRD does not take. */
const refuseFields =
  (...fields: readonly unknown[]): Handler =>
  (_, response) =>
    sendJson(response, 422, {
      kind: 'Status',
      reason: 'Invalid',
      message: 'invalid',
      details: { causes: fields.map((field) => ({ reason: 'FieldValueInvalid', field })) },
    });
const never = (): Handler => () => assert.fail('must not be called');

describe('updateStatus', () => {
  it('sends a merge patch to /status with the resourceVersion that was read, removing what is left out', async () => {
    await using server = await start({
      get: answer(task('7', { phase: 'Pending', note: 'old' })),
      patch: () => answer(task('8', { phase: 'Running' })),
    });
    const result = await run(server, () => ({ phase: 'Running' }));
    assert.deepEqual(result, { outcome: 'written', object: task('8', { phase: 'Running' }) });
    assert.deepEqual(patchesOf(server), [
      { metadata: { resourceVersion: '7' }, status: { phase: 'Running', note: null } },
    ]);
    const request = server.requests.at(-1);
    assert.equal(request?.path, '/apis/sei.io/v1alpha1/namespaces/ns/seinodetasks/a/status');
    assert.equal(request?.contentType, 'application/merge-patch+json');
  });

  it('does not read an object that it is given', async () => {
    await using server = await start({ get: never(), patch: () => answer(task('8')) });
    const result = await run(server, () => ({ phase: 'Running' }), { current: task('7') });
    assert.equal(result.outcome, 'written');
  });

  it('writes nothing when there is nothing to change', async () => {
    await using server = await start({ get: answer(task('7', { phase: 'Running' })), patch: never });
    assert.equal((await run(server, () => undefined)).outcome, 'unchanged');
    assert.equal((await run(server, () => ({ phase: 'Running' }))).outcome, 'unchanged');
  });

  it('does not change another object with the same name', async () => {
    await using server = await start({ get: answer(task('7', {}, 'u2')), patch: never });
    assert.deepEqual(await run(server, never as never), { outcome: 'gone' });
  });

  it('finds the object gone at the read, at the write and in the answer to it', async () => {
    await using atRead = await start({ get: refuse(404, 'NotFound'), patch: never });
    assert.deepEqual(await run(atRead, () => ({ phase: 'Running' })), { outcome: 'gone' });
    await using atWrite = await start({ get: answer(task('7')), patch: () => refuse(404, 'NotFound') });
    assert.deepEqual(await run(atWrite, () => ({ phase: 'Running' })), { outcome: 'gone' });
    await using inAnswer = await start({ get: answer(task('7')), patch: () => answer(task('9', {}, 'u2')) });
    assert.deepEqual(await run(inAnswer, () => ({ phase: 'Running' })), { outcome: 'gone' });
  });

  it('reads again and computes again after a conflict', async () => {
    await using server = await start({
      get: answer(task('8', { phase: 'Complete' })),
      patch: () => refuse(409, 'Conflict'),
    });
    const seen: (string | undefined)[] = [];
    const result = await run(
      server,
      (current) => {
        seen.push(current.status?.phase);
        return current.status?.phase === 'Complete' ? undefined : { phase: 'Running' };
      },
      { current: task('7', { phase: 'Pending' }) },
    );
    assert.deepEqual(seen, ['Pending', 'Complete']);
    assert.equal(result.outcome, 'unchanged');
  });

  it('notices after a conflict that the object was replaced', async () => {
    await using server = await start({ get: answer(task('8', {}, 'u2')), patch: () => refuse(409, 'Conflict') });
    assert.deepEqual(await run(server, () => ({ phase: 'Running' }), { current: task('7') }), { outcome: 'gone' });
  });

  it('gives up after five conflicts with an error that can be retried', async () => {
    await using server = await start({ get: answer(task('7')), patch: () => refuse(409, 'Conflict') });
    await assert.rejects(
      run(server, () => ({ phase: 'Running' })),
      { code: 'KUBERNETES_CONFLICT', retryable: true },
    );
    assert.equal(patchesOf(server).length, 5);
  });

  it('writes the fallback for a status that the CRD refuses, given the refused fields each time', async () => {
    const answers = [
      refuseFields('status.a', '<nil>'),
      refuseFields('status.b[0].c'),
      answer(task('8', { phase: 'Pending' })),
    ];
    await using server = await start({ get: answer(task('7')), patch: (count) => answers[count - 1] ?? never() });
    const told: unknown[] = [];
    const whenRefused = (status: Status, refusals: readonly (readonly string[])[]): Status => {
      told.push([status.phase, structuredClone(refusals)]);
      return { ...status, note: `${refusals.length}` };
    };
    const result = await run(server, () => ({ phase: 'Running' }), { whenRefused });
    assert.equal(result.outcome, 'written');
    assert.deepEqual(told, [
      ['Running', [['status.a', '<nil>']]],
      ['Running', [['status.a', '<nil>'], ['status.b[0].c']]],
    ]);
    assert.deepEqual(
      patchesOf(server).map((patch) => (patch as { status: Status }).status),
      [{ phase: 'Running' }, { phase: 'Running', note: '1' }, { phase: 'Running', note: '2' }],
    );
  });

  it('does not write a status that is already there', async () => {
    await using server = await start({
      get: answer(task('7', { phase: 'Pending' })),
      patch: () => refuseFields('status.phase'),
    });
    const result = await run(server, () => ({ phase: 'Running' }), { whenRefused: () => ({ phase: 'Pending' }) });
    assert.equal(result.outcome, 'unchanged');
    assert.equal(patchesOf(server).length, 1);
  });

  it('throws a refusal without a fallback', async () => {
    await using server = await start({ get: answer(task('7')), patch: () => refuse(422, 'Invalid') });
    for (const whenRefused of [undefined, () => undefined]) {
      await assert.rejects(
        run(server, () => ({ phase: 'Running' }), { whenRefused }),
        { code: 'KUBERNETES_INVALID', retryable: false },
      );
    }
    assert.equal(patchesOf(server).length, 2);
  });

  it('throws the last of many refusals', async () => {
    await using server = await start({ get: answer(task('7')), patch: (count) => refuseFields(`status.${count}`) });
    const writing = run(server, () => ({ phase: 'Running' }), {
      whenRefused: (status, refusals) => ({ ...status, note: `${refusals.length}` }),
    });
    await assert.rejects(writing, { code: 'KUBERNETES_INVALID' });
    assert.equal(patchesOf(server).length, 6);
  });

  it('computes again after a conflict, with no refused fields', async () => {
    const answers = [refuseFields('status.a'), refuse(409, 'Conflict'), refuseFields('status.b'), answer(task('9'))];
    await using server = await start({ get: answer(task('8')), patch: (count) => answers[count - 1] ?? never() });
    const told: unknown[] = [];
    const whenRefused = (status: Status, refusals: unknown): Status => {
      told.push(structuredClone(refusals));
      return { ...status, note: 'x' };
    };
    assert.equal((await run(server, () => ({ phase: 'Running' }), { whenRefused })).outcome, 'written');
    assert.deepEqual(told, [[['status.a']], [['status.b']]]);
  });

  it('ignores causes that are not valid', async () => {
    await using server = await start({
      get: answer(task('7')),
      patch: (count) => (count === 1 ? refuseFields(7, null, 'status.a') : answer(task('8'))),
    });
    const told: unknown[] = [];
    await run(server, () => ({ phase: 'Running' }), {
      whenRefused: (status, refusals) => (told.push(refusals), { ...status, note: 'x' }),
    });
    assert.deepEqual(told, [[['status.a']]]);
  });
});
