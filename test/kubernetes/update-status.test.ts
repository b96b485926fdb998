import assert from 'node:assert/strict';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { updateStatus, type WithStatus } from '../../kubernetes/update-status.ts';
import { FakeApiServer, sendJson, sendStatus, type Handler } from './fake-api-server.ts';

interface Status {
  phase?: string;
  note?: string | undefined;
}
type Task = WithStatus<Status>;

function task(resourceVersion: string, status: Status = {}, uid = 'u1'): Task {
  return { apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeTask', metadata: { namespace: 'ns', name: 'a', uid, resourceVersion }, status };
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

function run(server: FakeApiServer, compute: (current: Task) => Status | undefined, more: { fallback?: (refused: Status) => Status; current?: Task } = {}) {
  const client = new ResourceClient<Task>(server.transport, { group: 'sei.io', version: 'v1alpha1', plural: 'seinodetasks' });
  return updateStatus({ client, namespace: 'ns', name: 'a', uid: 'u1', compute, ...more });
}

const answer = (object: Task): Handler => (_, response) => sendJson(response, 200, object);
const refuse = (code: number, reason: string): Handler => (_, response) => sendStatus(response, code, reason);
const never = (): Handler => () => assert.fail('must not be called');

describe('updateStatus', () => {
  it('sends a merge patch to /status with the resourceVersion that was read, removing what is left out', async () => {
    await using server = await start({ get: answer(task('7', { phase: 'Pending', note: 'old' })), patch: () => answer(task('8', { phase: 'Running' })) });
    const result = await run(server, () => ({ phase: 'Running' }));
    assert.deepEqual(result, { outcome: 'written', object: task('8', { phase: 'Running' }) });
    assert.deepEqual(patchesOf(server), [{ metadata: { resourceVersion: '7' }, status: { phase: 'Running', note: null } }]);
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

  it('leaves another object under the same name alone', async () => {
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
    await assert.rejects(run(server, () => ({ phase: 'Running' })), { code: 'KUBERNETES_CONFLICT', retryable: true });
    assert.equal(patchesOf(server).length, 5);
  });

  it('writes the fallback when the CRD refuses the status', async () => {
    await using server = await start({ get: answer(task('7')), patch: (count) => (count === 1 ? refuse(422, 'Invalid') : answer(task('8', { phase: 'Pending' }))) });
    const result = await run(server, () => ({ phase: 'Running' }), { fallback: (refused) => ({ ...refused, phase: 'Pending' }) });
    assert.equal(result.outcome, 'written');
    assert.deepEqual(patchesOf(server).map((patch) => (patch as { status: Status }).status), [{ phase: 'Running' }, { phase: 'Pending' }]);
  });

  it('does not write a fallback that is there already', async () => {
    await using server = await start({ get: answer(task('7', { phase: 'Pending' })), patch: () => refuse(422, 'Invalid') });
    const result = await run(server, () => ({ phase: 'Running' }), { fallback: () => ({ phase: 'Pending' }) });
    assert.equal(result.outcome, 'unchanged');
    assert.equal(patchesOf(server).length, 1);
  });

  it('throws a refusal for which there is no fallback', async () => {
    await using server = await start({ get: answer(task('7')), patch: () => refuse(422, 'Invalid') });
    await assert.rejects(run(server, () => ({ phase: 'Running' })), { code: 'KUBERNETES_INVALID', retryable: false });
  });
});
