import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { grantLease } from '../support/grant-lease.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('two services that share a cluster', () => {
  describe('with disjoint TASK_SELECTORs', () => {
    let environment: TestEnvironment;

    before(async () => {
      environment = await TestEnvironment.create();
      for (const team of ['a', 'b']) {
        const own = `${environment.namespace}-${team}`;
        await environment.kubectl(['create', 'namespace', own]);
        await grantLease(environment.admin, own);
        await environment.startService({ TASK_SELECTOR: `team=${team}`, TASK_QUEUE: own, LEASE_NAMESPACE: own });
      }
    });

    after(() => environment.stop());

    async function restartOf(team: string | undefined, name: string): Promise<void> {
      await environment.addNode(name, { phase: 'Pending' });
      await environment.tasks.create(environment.namespace, {
        apiVersion: 'sei.io/v1alpha1',
        kind: SEI_NODE_TASK.kind,
        metadata: { name, ...(team === undefined ? {} : { labels: { team } }) },
        spec: { kind: 'RestartSeid', target: { nodeRef: { name } }, restartSeid: {} },
      });
    }

    async function taskQueueOf(name: string): Promise<string> {
      const task = await environment.tasks.get(environment.namespace, name);
      assert.ok(task);
      return (await environment.workflowOf(task).describe()).taskQueue;
    }

    it('each carry out their own tasks, and none that belong to neither', async () => {
      await Promise.all([restartOf(undefined, 'nobodys'), restartOf('a', 'of-a'), restartOf('b', 'of-b')]);
      for (const team of ['a', 'b']) {
        await environment.setPhase(`of-${team}`, 'Running');
        assertComplete(await environment.finished(`of-${team}`));
        assert.equal(await taskQueueOf(`of-${team}`), `${environment.namespace}-${team}`);
      }
      assert.equal((await environment.tasks.get(environment.namespace, 'nobodys'))?.status, undefined);
    });

    it('finish tasks that they have started although the label was removed', async () => {
      await restartOf('a', 'unlabelled');
      await environment.taskWhere('unlabelled', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
      await environment.kubectl(['label', 'snt', 'unlabelled', 'team-']);
      // A later task of the same service shows that its bridge has seen the label go.
      await restartOf('a', 'later');
      await environment.taskWhere('later', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
      await environment.setPhase('unlabelled', 'Running');
      assertComplete(await environment.finished('unlabelled'));
      assert.equal(environment.fleet.node(environment.namespace, 'unlabelled').sigtermsReceived, 1);
    });
  });

  describe('with several namespaces in WATCH_NAMESPACE', () => {
    let environment: TestEnvironment;

    before(async () => {
      environment = await TestEnvironment.create();
    });

    after(() => environment.stop());

    it('carry out the tasks of each of them', async () => {
      const other = `test-${randomBytes(5).toString('hex')}`;
      await environment.kubectl(['create', 'namespace', other]);
      await environment.startService({ WATCH_NAMESPACE: `${environment.namespace},${other}` });
      const spec = { kind: 'RestartSeid', target: { nodeRef: { name: 'nobody' } }, restartSeid: {} };
      for (const namespace of [environment.namespace, other]) {
        await environment.tasks.create(namespace, {
          apiVersion: 'sei.io/v1alpha1',
          kind: SEI_NODE_TASK.kind,
          metadata: { name: 'task' },
          spec,
        });
        await eventually(
          `the task in ${namespace} ends`,
          async () => (await environment.tasks.get(namespace, 'task'))?.status?.reason === 'TargetResolveFailed',
        );
      }
    });
  });
});
