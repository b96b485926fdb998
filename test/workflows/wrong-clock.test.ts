import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { executionStartedMs } from '../support/execution-started-ms.ts';
import { scheduledActivities } from '../support/scheduled-activities.ts';
import { LEASE, TestEnvironment } from '../support/test-environment.ts';

const SHIFTED_CLOCK = fileURLToPath(new URL('../support/shifted-clock.ts', import.meta.url));
/** As many as MarkReady may take, in milliseconds. */
const TWO_MINUTES = 120_000;
/** Times in status are of whole seconds, in milliseconds. */
const ROUNDED = 1_000;

for (const [where, aheadMs] of Object.entries({ ahead: TWO_MINUTES, behind: -TWO_MINUTES })) {
  describe(`a service whose clock is two minutes ${where}`, () => {
    let environment: TestEnvironment;

    before(async () => {
      environment = await TestEnvironment.create();
      await environment.startService({ NODE_OPTIONS: `--import ${SHIFTED_CLOCK}`, SHIFTED_CLOCK_MS: String(aheadMs) });
      const { spec } = (await environment.leases.get(environment.namespace, LEASE)) ?? assert.fail('no lease');
      assert.ok(
        Math.abs(Date.parse(spec?.renewTime ?? '') - Date.now() - aheadMs) < TWO_MINUTES / 2,
        spec?.renewTime ?? '',
      );
    });

    after(() => environment.stop());

    async function activitiesOf(task: SeiNodeTask, name: string): Promise<number> {
      return (await scheduledActivities(environment.workflowOf(task))).filter((activity) => activity.name === name)
        .length;
    }

    it('completes a MarkReady, whose timeout is two minutes', async () => {
      await environment.addNode('ready', { ready: false });
      const beganMs = Date.now();
      await createTaskOfKind(environment, 'ready', { kind: 'MarkReady' });
      const task = await environment.finished('ready');
      assertComplete(task);
      const startedMs = executionStartedMs(task);
      assert.ok(startedMs >= beganMs - ROUNDED && startedMs <= Date.now(), task.status?.task?.executionStartedAt);
      assert.doesNotMatch(task.status?.duration ?? '', /-/);
    });

    it('polls a restart for its whole execution time, and no longer', async () => {
      const node = await environment.addNode('slow');
      node.setFaults({ neverBoot: true });
      await environment.restart('slow', 'slow', { timeoutSeconds: 8 });
      const { status } = await environment.taskWhere(
        'slow',
        'has begun',
        (task) => !Number.isNaN(executionStartedMs(task)),
      );
      const task = await environment.finished('slow');
      assertFailed(task, 'Timeout', 'over', { time: ' after 8s', whereabouts: 'running' });
      assert.ok(Date.now() >= Date.parse(status?.task?.executionStartedAt ?? '') + 8_000);
      assert.equal(await activitiesOf(task, 'pollTask'), 1);
      assert.equal(node.sigtermsReceived, 1);
    });

    it('waits for a phase once, for its whole timeout', async () => {
      await environment.addNode('late', { phase: 'Pending' });
      const beganMs = Date.now();
      const created = await environment.restart('late', 'late', {
        target: { nodeRef: { name: 'late' }, requirePhaseTimeout: '90s' },
      });
      await environment.taskWhere('late', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
      await eventually('the wait takes its time', () => Date.now() > beganMs + 4_000);
      await environment.setPhase('late', 'Running');
      assertComplete(await environment.finished('late'));
      assert.equal(await activitiesOf(created, 'awaitTarget'), 1);
    });

    it('waits for a phase no longer than its timeout', async () => {
      await environment.addNode('never', { phase: 'Pending' });
      const beganMs = Date.now();
      await environment.restart('never', 'never', {
        target: { nodeRef: { name: 'never' }, requirePhaseTimeout: '3s' },
      });
      const task = await environment.finished('never');
      assertFailed(task, 'TargetResolveFailed', 'otherPhase', { phase: 'Pending', required: 'Running', timeout: '3s' });
      assert.ok(Date.now() >= beganMs + 3_000 - ROUNDED);
      assert.equal(await activitiesOf(task, 'awaitTarget'), 1);
    });
  });
}
