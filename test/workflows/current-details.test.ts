import assert from 'node:assert/strict';
import { assertFailed } from '../support/assert-verdict.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

const HOSTILE_WORDS = '[click](http://evil.example) **bold** <img src=x>';

describe('the current details of a workflow', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function currentDetails(name: string): Promise<string> {
    const task = (await environment.tasks.get(environment.namespace, name)) ?? assert.fail(`no task ${name}`);
    return (await environment.workflowOf(task).query<{ currentDetails: string }>('__temporal_workflow_metadata'))
      .currentDetails;
  }

  it('follow the task from its wait to its verdict, in which nothing from outside formats or links', async () => {
    const node = await environment.addNode('followed', { phase: 'Initializing' });
    await environment.restart('followed', 'followed');
    await environment.taskWhere('followed', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
    assert.match(await currentDetails('followed'), /^\*\*WaitingForTarget\*\* .*\/followed .*Initializing.*Running/);
    node.setFaults({ neverBoot: true });
    await environment.setPhase('followed', 'Running');
    await environment.taskWhere('followed', 'is at work', ({ status }) => status?.step === 'Restarting');
    assert.match(await currentDetails('followed'), /^\*\*Restarting\*\* .*\n\nDeadline: 20\d\d-/);
    node.setFaults({});
    await environment.workflowOf(await environment.finished('followed')).result();
    assert.match(await currentDetails('followed'), /^\*\*TaskComplete\*\* .*\/followed /);
  });

  it('show the text of a sidecar unchanged', async () => {
    await environment.addNode('refused', {
      faults: { answerStatus: { method: 'POST', status: 400, error: HOSTILE_WORDS } },
    });
    await environment.restart('refused', 'refused');
    const task = await environment.finished('refused');
    assertFailed(task, 'TaskTerminalError');
    assert.ok(task.status?.message?.includes(HOSTILE_WORDS), task.status?.message);
    await workflowFailure(environment.workflowOf(task));
    const details = await currentDetails('refused');
    assert.ok(details.startsWith('**TaskTerminalError** '), details);
    assert.ok(details.includes(String.raw`\[click\]\(http\://evil.example\) \*\*bold\*\* \<img src=x\>`), details);
  });
});
