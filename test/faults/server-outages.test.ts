import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import type { LocalServer } from '../../dev/local-server.ts';
import type { LocalServers } from '../../dev/start-local-servers.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import { polledAgain } from '../support/polled-again.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, type TestEnvironment } from '../support/test-environment.ts';

interface Outage {
  readonly server: (servers: LocalServers) => LocalServer;
  readonly begin: (server: LocalServer) => Promise<void>;
  readonly end: (server: LocalServer) => Promise<void>;
  /** Resolves when the service has asked in vain. */
  readonly met: (restarts: Restarts) => Promise<unknown>;
}

/** Restarts at different places when the outage begins. */
interface Restarts {
  /** seid has been signalled; it comes back while the server is away. */
  readonly done: Restart;
  /** seid has been signalled; it comes back after the server. */
  readonly restarting: Restart;
  readonly outOfPhase: Restart;
  /** Its sidecar refuses every POST until the server is away. */
  readonly notTaken: Restart;
}

interface Restart {
  readonly name: string;
  readonly node: SimulatedNode;
  readonly workflow: WorkflowHandle;
}

const killed = { begin: (server: LocalServer) => server.kill('SIGKILL'), end: (server: LocalServer) => server.start() };
const frozen = {
  begin: (server: LocalServer) => server.kill('SIGSTOP'),
  end: (server: LocalServer) => server.kill('SIGCONT'),
};

const apiServer: Pick<Outage, 'server' | 'met'> = {
  server: ({ kubernetes }) => kubernetes.apiServer,
  met: ({ outOfPhase }) =>
    eventually('the SeiNode could not be read', async () => {
      const { raw } = await outOfPhase.workflow.describe();
      return raw.pendingActivities?.some(({ lastFailure }) => lastFailure?.applicationFailureInfo);
    }),
};

const temporal: Pick<Outage, 'server' | 'met'> = {
  server: ({ temporal: { server } }) => server,
  met: ({ done: { node } }) =>
    eventually('the service knows what it cannot report', () => {
      const completedAt = Date.parse(node.tasks[0]?.completedAt ?? '');
      return requestsOf(node, 'GET').some(({ at, status }) => at > completedAt && status === 200);
    }),
};

const outages: Readonly<Record<string, Outage>> = {
  'the API server is killed': { ...apiServer, ...killed },
  'the API server does not answer': { ...apiServer, ...frozen },
  'the Temporal server is killed': { ...temporal, ...killed },
  'the Temporal server does not answer': { ...temporal, ...frozen },
};

describe('a restart', () => {
  let own: OwnServers;
  let environment: TestEnvironment;

  before(async () => {
    own = await startOwnServers();
    environment = own.environment;
    await environment.startService();
  });

  after(() => own?.stop());

  async function restart(name: string, options: Parameters<TestEnvironment['addNode']>[1] = {}): Promise<Restart> {
    const node = await environment.addNode(name, options);
    const task = await environment.restart(name, name);
    return { name, node, workflow: environment.workflowOf(task) };
  }

  /** It is polled; seid has been signalled and does not come back before it is let. */
  async function restartHeld(name: string): Promise<Restart> {
    const node = await environment.addNode(name);
    node.setFaults({ neverBoot: true });
    const task = await environment.restart(name, name);
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await polledAgain(node);
    return { name, node, workflow: environment.workflowOf(task) };
  }

  async function restartsBefore(outage: number): Promise<Restarts> {
    const outOfPhase = await restart(`out-of-phase-${outage}`, { phase: 'Pending' });
    const notTaken = await restart(`not-taken-${outage}`, { faults: { refuseConnections: { method: 'POST' } } });
    await environment.taskWhere(outOfPhase.name, 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined);
    await eventually('a POST was refused', () => requestsOf(notTaken.node, 'POST').length > 0);
    const restarting = await restartHeld(`restarting-${outage}`);
    return { outOfPhase, notTaken, restarting, done: await restartHeld(`done-${outage}`) };
  }

  async function assertEndsWell({ name, node }: Restart): Promise<void> {
    assertComplete(await environment.finished(name));
    assert.deepEqual(
      node.tasks.map(({ run, status }) => [run, status]),
      [[1, 'completed']],
    );
    assert.equal(node.sigtermsReceived, 1);
  }

  Object.entries(outages).forEach(([what, outage], index) => {
    it(`completes, once, although ${what} for a while`, async () => {
      const server = outage.server(own.servers);
      const restarts = await restartsBefore(index);
      await outage.begin(server);
      restarts.done.node.setFaults({});
      restarts.notTaken.node.setFaults({});
      await eventually('one is done', () => restarts.done.node.tasks[0]?.status === 'completed');
      await outage.met(restarts);
      await outage.end(server);
      restarts.restarting.node.setFaults({});
      await environment.setPhase(restarts.outOfPhase.name, 'Running');
      const later = await restart(`later-${index}`);
      await Promise.all([...Object.values(restarts), later].map(assertEndsWell));
      for (const { node } of [restarts.done, restarts.restarting, restarts.outOfPhase, later]) {
        assert.equal(requestsOf(node, 'POST').length, 1);
      }
    });
  });
});
