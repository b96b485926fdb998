import assert from 'node:assert/strict';
import { isTerminal, type SeiNodeTask } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import type { Stop } from '../support/http-gate.ts';
import { requestsOf } from '../support/requests-of.ts';
import { StoppableService, tells, writes } from '../support/stoppable-service.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

/** Enough for every task here to get to where its service dies. */
const TIMEOUT_SECONDS = 10;
const IGNORES_SIGTERM = { ignoreSigterm: true };

interface Course {
  readonly node: Parameters<TestEnvironment['addNode']>[1];
  /** Resolves when the task is where its service dies. */
  readonly reach: (name: string) => Promise<unknown>;
}

describe('a service that comes back after the deadline', () => {
  let environment: TestEnvironment;
  let service: StoppableService;
  /** Names of tasks whose killed worker had sent a heartbeat. */
  const withHeartbeat = new Set<string>();

  const atSidecar =
    (stop: Stop): Course['reach'] =>
    (name) =>
      service.sidecars.stop(name, stop);

  const courses: Readonly<Record<string, Course>> = {
    completed: { node: {}, reach: atSidecar({ after: tells('completed') }) },
    failed: { node: { restartGraceMs: 50, faults: IGNORES_SIGTERM }, reach: atSidecar({ after: tells('failed') }) },
    running: {
      node: { restartGraceMs: 600_000, faults: IGNORES_SIGTERM },
      reach: atSidecar({ after: tells('running') }),
    },
    'not-asked': {
      node: { faults: { refuseConnections: {} } },
      reach: (name) => environment.taskWhere(name, 'has begun', ({ status }) => status?.task !== undefined),
    },
    'start-recorded': { node: {}, reach: (name) => service.apiServer.stop(name, { after: writes('Running') }) },
    'not-sent': { node: {}, reach: atSidecar({ before: ({ method }) => method === 'POST' }) },
    'out-of-phase': {
      node: { phase: 'Pending' },
      reach: (name) => environment.taskWhere(name, 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined),
    },
  };

  before(async () => {
    environment = await TestEnvironment.create();
    service = await StoppableService.start(environment);
    const named = Object.entries(courses);
    await Promise.all(named.map(([name, { node }]) => environment.addNode(name, node)));
    await Promise.all(named.map(([name, { reach }]) => bringTo(name, reach)));
    await service.kill();
    const deadlineMs = Date.now() + TIMEOUT_SECONDS * 1_000;
    for (const task of await allTasks()) {
      assert.ok(!isTerminal(task.status?.phase), `${task.metadata.name} ended too early`);
      const { raw } = await environment.workflowOf(task).describe();
      if (raw.pendingActivities?.some(({ heartbeatDetails }) => heartbeatDetails))
        withHeartbeat.add(task.metadata.name);
    }
    await eventually('every deadline has passed', () => Date.now() > deadlineMs);
    environment.fleet.node(environment.namespace, 'not-asked').setFaults({});
    await environment.startService();
  });

  after(() => environment.stop());

  async function bringTo(name: string, reach: Course['reach']): Promise<void> {
    const reached = reach(name);
    await environment.restart(name, name, {
      target: { nodeRef: { name }, requirePhaseTimeout: `${TIMEOUT_SECONDS}s` },
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    await reached;
  }

  async function allTasks(): Promise<readonly SeiNodeTask[]> {
    return (await environment.tasks.listPage({ namespace: environment.namespace })).items;
  }

  /** The task at its end, and its node when the workflow is over too, so that nothing can come after. */
  async function endOf(name: string): Promise<{ task: SeiNodeTask; node: SimulatedNode }> {
    const task = await environment.finished(name);
    const workflow = environment.workflowOf(task);
    await eventually('its workflow is over', async () => (await workflow.describe()).status.name !== 'RUNNING');
    return { task, node: environment.fleet.node(environment.namespace, name) };
  }

  it('finds work that was done in time: Complete, not Timeout', async () => {
    const { task, node } = await endOf('completed');
    assertComplete(task);
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('finds work that failed in time: TaskFailed, not Timeout', async () => {
    const { task, node } = await endOf('failed');
    assertFailed(task, 'TaskFailed', 'failed', { quote: /still alive 50ms after SIGTERM/ });
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.tasks[0]?.run, 1);
  });

  it('finds work that still runs: Timeout, and says so', async () => {
    const { task, node } = await endOf('running');
    assertFailed(task, 'Timeout', 'over', { time: ' after 10s', whereabouts: 'running' });
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  // Nobody knows of a POST that was stopped on its way whether it arrives, nor of a killed worker that has sent
  // heartbeats whether a later one, which said that the task is about to be sent, was overtaken by them.
  for (const name of ['start-recorded', 'not-asked', 'not-sent']) {
    it(`finds that the sidecar does not have the task (${name}), and sends nothing: Timeout`, async () => {
      const { task, node } = await endOf(name);
      // At its recorded start a worker has sent a heartbeat only on a slow machine.
      if (name === 'start-recorded' && !withHeartbeat.has(name))
        assertFailed(task, 'Timeout', 'tooLateToBegin', { timeout: '10s', whereabouts: 'unsent' });
      else assertFailed(task, 'Timeout', 'over', { time: ' after 10s', whereabouts: 'perhapsSentAndGone' });
      assert.deepEqual(requestsOf(node, 'POST'), []);
      assert.deepEqual(node.tasks, []);
      assert.equal(node.sigtermsReceived, 0);
    });
  }

  it('finds the target out of phase for too long: TargetResolveFailed', async () => {
    const { task, node } = await endOf('out-of-phase');
    assertFailed(task, 'TargetResolveFailed', 'otherPhase', { phase: 'Pending', timeout: '10s' });
    assert.deepEqual(node.requests, []);
  });
});
