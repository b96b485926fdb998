import assert from 'node:assert/strict';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const HOSTILE_REASON = '[click](http://evil.example) **bold** <img src=x> `code`';

interface Metadata {
  readonly definition: {
    readonly queryDefinitions: readonly { readonly name: string; readonly description?: string }[];
    readonly updateDefinitions: readonly { readonly name: string; readonly description?: string }[];
  };
  readonly currentDetails: string;
}

describe('a restart in Temporal', () => {
  let environment: TestEnvironment;
  let task: SeiNodeTask;
  let workflow: WorkflowHandle;
  let node: SimulatedNode;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    node = await environment.addNode('shown');
    node.setFaults({ neverBoot: true });
    task = await environment.tasks.create(environment.namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeTask',
      metadata: {
        name: 'shown',
        annotations: { 'sei.io/reason': HOSTILE_REASON, 'sei.io/requested-by': 'alice@example.com' },
      },
      spec: { kind: 'RestartSeid', target: { nodeRef: { name: 'shown' } }, restartSeid: {} },
    });
    await environment.taskWhere('shown', 'is at work', ({ status }) => status?.step === 'Restarting');
    workflow = environment.workflowOf(task);
  });

  after(() => environment.stop());

  const metadata = (): Promise<Metadata> => workflow.query<Metadata>('__temporal_workflow_metadata');

  it('has a summary, and details in which nothing from outside formats or links', async () => {
    const description = await workflow.describe();
    assert.equal(await description.staticSummary(), `RestartSeid ${environment.namespace}/shown`);
    const details = (await description.staticDetails()) ?? '';
    assert.ok(
      details.includes(String.raw`**Target**: SeiNode ${environment.namespace.replace('-', String.raw`\-`)}/shown`),
      details,
    );
    assert.match(details, /\*\*Longest execution\*\*: 10m0s/);
    assert.ok(details.includes(String.raw`**Requested by**: alice\@example.com`), details);
    assert.ok(
      details.includes(String.raw`\[click\]\(http\://evil.example\) \*\*bold\*\* \<img src=x\> \`code\``),
      details,
    );
  });

  it('stores who requested it and why', async () => {
    const { memo } = await workflow.describe();
    assert.equal(memo?.['why'], HOSTILE_REASON);
    assert.equal(memo?.['requestedBy'], 'alice@example.com');
  });

  it('shows the step and the deadline in its current details', async () => {
    const { currentDetails } = await metadata();
    assert.match(currentDetails, /^\*\*Restarting\*\* .*\/shown /);
    assert.match(currentDetails, /Deadline: 20\d\d-/);
  });

  it('describes its query and its update', async () => {
    const { definition } = await metadata();
    const described = [...definition.queryDefinitions, ...definition.updateDefinitions].filter(
      ({ description }) => description,
    );
    assert.deepEqual(
      described.map(({ name }) => name).filter((name) => !name.startsWith('__')),
      ['status', 'cancel'],
    );
  });

  it('answers the query `status`', async () => {
    const shown = await workflow.query<Record<string, string>>('status');
    const { step, taskId, executionStartedAt = '', deadline = '' } = shown;
    assert.deepEqual([step, taskId], ['Restarting', expectedTaskId(task.metadata.uid, 'RestartSeid')]);
    // Both are whole seconds, and the deadline also contains the time that it took to report the start.
    assert.ok(Date.parse(deadline) >= Date.parse(executionStartedAt) + 600_000, `${deadline} ${executionStartedAt}`);
    assert.ok(Date.parse(deadline) <= Date.now() + 600_000, deadline);
  });

  it('refuses an update `cancel` that is not valid, and continues', async () => {
    await assert.rejects(workflow.executeUpdate('cancel', { args: [{ why: 7 }] }), WorkflowUpdateFailedError);
    assert.equal((await workflow.describe()).status.name, 'RUNNING');
    assert.equal((await workflow.query<{ step: string }>('status')).step, 'Restarting');
  });

  it('is cancelled by the update `cancel`, and watches the restart to its end', async () => {
    await workflow.executeUpdate('cancel', { args: [{ why: 'wrong node' }] });
    node.setFaults({});
    assertFailed(await environment.finished('shown'), 'Cancelled', 'tooLateAndDone', {
      reached: 'accepted',
      why: 'wrong node.',
    });
    assert.equal(requestsOf(node, 'POST').length, 1);
  });
});
