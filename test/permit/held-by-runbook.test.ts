import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { assertOneAtATime } from '../support/assert-one-at-a-time.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { goOn, type RestartTwice } from './holding-runbook.ts';

describe('a node that a runbook holds over several steps', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    const directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-bundle-'));
    environment.added.defer(() => rm(directory, { recursive: true }));
    const workflowsPath = fileURLToPath(new URL('./holding-runbook.ts', import.meta.url));
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    await writeFile(join(directory, 'workflows.js'), code);
    await environment.startService({ WORKFLOW_BUNDLE: join(directory, 'workflows.js') });
  });

  after(() => environment.stop());

  /** A runbook that has the node and has done its first restart, and a task that waits for the node. */
  async function held(name: string): Promise<{ readonly node: SimulatedNode; readonly runbook: WorkflowHandle<typeof RestartTwice> }> {
    const { namespace, temporal } = environment;
    const node = await environment.addNode(name);
    const runbook = await temporal.workflow.start<typeof RestartTwice>('RestartTwice', { workflowId: `${namespace}/${name}`, taskQueue: namespace, args: [{ namespace, name }] });
    await eventually('the first restart is over', async () => (await temporal.workflow.getHandle(`${runbook.workflowId}/first`).describe()).status.name === 'COMPLETED');
    await environment.restart(`${name}-next`, name);
    const { status } = await environment.queued(`${name}-next`);
    assert.match(status?.message ?? '', new RegExp(`is busy with workflow ${runbook.workflowId}`));
    return { node, runbook };
  }

  it('is not free between them, and is afterwards', async () => {
    const { node, runbook } = await held('held');
    await runbook.signal(goOn);
    await runbook.result();
    assert.equal(node.sigtermsReceived, 2);
    assertComplete(await environment.finished('held-next'));
    assert.equal(node.sigtermsReceived, 3);
    assertOneAtATime(node);
    await environment.permitIsFree('held');
  });

  it('is free when the runbook is cancelled', async () => {
    const { node, runbook } = await held('cancelled');
    await runbook.cancel();
    await assert.rejects(runbook.result());
    assertComplete(await environment.finished('cancelled-next'));
    assert.equal(node.sigtermsReceived, 2);
    await environment.permitIsFree('cancelled');
  });
});
