import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';

interface KubernetesEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

function reasons(events: readonly KubernetesEvent[]): string[] {
  return events.map(({ type, reason }) => `${type} ${reason}`).toSorted();
}

describe('Events of a restart', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    const service = await environment.startService();
    await environment.addNode('good', { phase: 'Pending' });
    await environment.addNode('bad', { restartGraceMs: 50, faults: { ignoreSigterm: true } });
    await create('good', 'memory leak');
    await create('bad', 'test');
    await environment.taskWhere('good', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
    await environment.setPhase('good', 'Running');
    await Promise.all(['good', 'bad'].map((name) => environment.finished(name)));
    for (const name of ['good', 'bad']) {
      await eventually(
        `the verdict of ${name} is recorded`,
        async () => (await eventsOn('SeiNode', name)).length === 2,
      );
    }
    await service.process.stop(30_000);
    await environment.startService();
  });

  after(() => environment.stop());

  async function create(name: string, why: string): Promise<void> {
    const object = {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeTask',
      metadata: { name, annotations: { 'sei.io/reason': why } },
      spec: { kind: 'RestartSeid', target: { nodeRef: { name } }, restartSeid: {} },
    };
    const { code, stderr } = await environment.kubectl(['create', '-f', '-'], JSON.stringify(object));
    assert.equal(code, 0, stderr);
  }

  async function eventsOn(kind: string, name: string): Promise<KubernetesEvent[]> {
    const { stdout } = await environment.kubectl(['get', 'events', '-o', 'json']);
    const { items } = JSON.parse(stdout) as { items: KubernetesEvent[] };
    return items.filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name);
  }

  it('record every step on the task, each once, also after a restart of the service', async () => {
    assert.deepEqual(reasons(await eventsOn('SeiNodeTask', 'good')), [
      'Normal Dispatched',
      'Normal TaskComplete',
      'Normal WaitingForTarget',
    ]);
    assert.deepEqual(reasons(await eventsOn('SeiNodeTask', 'bad')), ['Normal Dispatched', 'Warning TaskFailed']);
  });

  it('record on the node what was done to it', async () => {
    assert.deepEqual(reasons(await eventsOn('SeiNode', 'good')), ['Normal Dispatched', 'Normal TaskComplete']);
    assert.deepEqual(reasons(await eventsOn('SeiNode', 'bad')), ['Normal Dispatched', 'Warning TaskFailed']);
  });

  it('show in `kubectl describe seinode` who restarted it, and why', async () => {
    const { stdout } = await environment.kubectl(['describe', 'seinode', 'good']);
    assert.match(
      stdout,
      /Normal +Dispatched +\S+ +sei\.io\/sei-node-tasks +RestartSeid .*SeiNodeTask good: .*kubectl-create.*memory leak/,
    );
    assert.match(stdout, /Normal +TaskComplete .*RestartSeid .*SeiNodeTask good: .*kubectl-create.*memory leak/);
  });
});
