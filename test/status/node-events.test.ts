import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { eventually } from '../support/eventually.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

interface NodeEvent {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

const reasonsOf = (events: readonly NodeEvent[]): string[] =>
  events.map(({ type, reason }) => `${type} ${reason}`).toSorted();

describe('Events on a SeiNode of restarts without a SeiNodeTask', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function eventsOn(name: string, count: number): Promise<NodeEvent[]> {
    return await eventually(`${name} has ${count} Events`, async () => {
      const { stdout } = await environment.kubectl([
        'get',
        'events.events.k8s.io',
        '-o',
        'json',
        '--field-selector',
        `regarding.kind=SeiNode,regarding.name=${name}`,
      ]);
      const { items } = JSON.parse(stdout) as { items: NodeEvent[] };
      return items.length >= count && items;
    });
  }

  async function start(type: string, workflowId: string, input: object): Promise<WorkflowHandle> {
    return await environment.temporal.workflow.start(type, {
      workflowId: `${environment.namespace}/${workflowId}`,
      taskQueue: environment.namespace,
      args: [input],
    });
  }

  it('name the runbook and what it did', async () => {
    const { namespace, name } = await environment.addNode('by-runbook');
    const runbook = await start('RestartThenAwaitHeight', 'nightly', {
      node: { namespace, name },
      targetHeight: 1,
      heightTimeoutSeconds: 60,
    });
    await runbook.result();
    const events = await eventsOn(name, 4);
    assert.deepEqual(reasonsOf(events), [
      'Normal Dispatched',
      'Normal Dispatched',
      'Normal TaskComplete',
      'Normal TaskComplete',
    ]);
    for (const { note } of events)
      assert.ok(/^(RestartSeid|AwaitNodesAtHeight) /.test(note) && note.includes(runbook.workflowId), note);
  });

  it('are recorded for each run of one workflow id', async () => {
    const { namespace, name } = await environment.addNode('twice');
    for (const why of ['memory leak', 'new peers']) {
      const run = await start('RestartSeid', 'twice', { node: { namespace, name }, payload: {}, why });
      await run.result();
    }
    const events = await eventsOn(name, 4);
    for (const why of ['memory leak', 'new peers'])
      assert.deepEqual(
        reasonsOf(events.filter(({ note }) => note.includes(why))),
        ['Normal Dispatched', 'Normal TaskComplete'],
        why,
      );
  });

  it('record the end of a restart whose task was deleted', async () => {
    const node = await environment.addNode('deleted');
    node.setFaults({ neverBoot: true });
    const task = await environment.restart('deleted', 'deleted');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await eventsOn('deleted', 1);
    await environment.tasks.delete(environment.namespace, 'deleted');
    node.setFaults({});
    await workflowFailure(environment.workflowOf(task));
    const events = await eventsOn('deleted', 2);
    assert.deepEqual(reasonsOf(events), ['Normal Dispatched', 'Warning Cancelled']);
    const end = events.find(({ reason }) => reason === 'Cancelled');
    const [, whose = '', message = ''] = /^(.*?): (.*)/.exec(end?.note ?? '') ?? [];
    assert.match(whose, /^RestartSeid .*SeiNodeTask deleted$/);
    assert.match(message, messagePattern('Cancelled', 'tooLateAndDone', { reached: 'accepted' }));
  });
});
