import assert from 'node:assert/strict';
import { EventRecorder } from '../../kubernetes/event-recorder.ts';
import { FakeApiServer, sendJson, sendStatus } from './fake-api-server.ts';

const regarding = { apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeTask', namespace: 'ns', name: 'a', uid: 'u1' };
const event = {
  regarding,
  type: 'Warning',
  reason: 'TaskFailed',
  action: 'RestartSeid',
  note: 'seid did not stop',
  key: 'failed',
} as const;

interface Sent {
  metadata: { name: string; namespace: string };
  note: string;
  eventTime: string;
}

describe('EventRecorder', () => {
  it('posts an event about the object, in its namespace, with microseconds', async () => {
    await using server = await FakeApiServer.start((_, response) => sendJson(response, 201, {}));
    await new EventRecorder(server.transport, 'pod-1').record(event);
    const [request] = server.requests;
    assert.equal(request?.path, '/apis/events.k8s.io/v1/namespaces/ns/events');
    const { metadata, eventTime, ...rest } = JSON.parse(request?.body ?? '') as Sent;
    assert.match(metadata.name, /^a\.[0-9a-f]{16}$/);
    assert.match(eventTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.deepEqual(rest, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      regarding,
      type: 'Warning',
      reason: 'TaskFailed',
      action: 'RestartSeid',
      note: 'seid did not stop',
      reportingController: 'sei.io/sei-node-tasks',
      reportingInstance: 'pod-1',
    });
  });

  it('gives one name to one key of one object, and treats "already exists" as success', async () => {
    await using server = await FakeApiServer.start((_, response) => sendStatus(response, 409, 'AlreadyExists'));
    const recorder = new EventRecorder(server.transport, 'pod-1');
    await recorder.record(event);
    await recorder.record({ ...event, note: 'second attempt' });
    await recorder.record({ ...event, key: 'other' });
    await recorder.record({ ...event, regarding: { ...regarding, uid: 'u2' } });
    const names = server.requests.map(({ body }) => (JSON.parse(body) as Sent).metadata.name);
    assert.equal(names[0], names[1]);
    assert.equal(new Set(names).size, 3);
  });

  it('cuts a long note at 1,024 bytes without breaking a character', async () => {
    await using server = await FakeApiServer.start((_, response) => sendJson(response, 201, {}));
    await new EventRecorder(server.transport, 'pod-1').record({ ...event, note: `a${'é'.repeat(600)}` });
    const { note } = JSON.parse(server.requests[0]?.body ?? '') as Sent;
    assert.equal(note, `a${'é'.repeat(511)}`);
  });

  it('keeps a long name within 253 characters', async () => {
    await using server = await FakeApiServer.start((_, response) => sendJson(response, 201, {}));
    await new EventRecorder(server.transport, 'pod-1').record({
      ...event,
      regarding: { ...regarding, name: `${'x'.repeat(235)}.${'y'.repeat(17)}` },
    });
    const { metadata } = JSON.parse(server.requests[0]?.body ?? '') as Sent;
    assert.match(metadata.name, /^x{235}\.[0-9a-f]{16}$/);
  });
});
