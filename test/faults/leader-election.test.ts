import assert from 'node:assert/strict';
import { kubeconfigThrough } from '../../dev/kubeconfig-through.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { TcpProxy } from '../../dev/tcp-proxy.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import type { Stop } from '../support/http-gate.ts';
import { logLines } from '../support/log-lines.ts';
import { requestsOf } from '../support/requests-of.ts';
import { StoppableService } from '../support/stoppable-service.ts';
import { LEASE, TestEnvironment } from '../support/test-environment.ts';

const isRead: NonNullable<Stop['before']> = ({ method, path }) =>
  method === 'GET' && path.endsWith('/seinodetasks/contended');

describe('two services', () => {
  let environment: TestEnvironment;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
  });

  afterEach(() => environment.stop());

  async function holder(): Promise<string | undefined> {
    return (await environment.leases.get(environment.namespace, LEASE))?.spec?.holderIdentity;
  }

  async function restartOnce(name: string): Promise<void> {
    const node = await environment.addNode(name);
    await environment.restart(name, name);
    assertComplete(await environment.finished(name));
    assertRestartedOnce(node);
  }

  it('one leads, the other is ready, stands by, and carries out workflows', async () => {
    const leader = await environment.startService({ ROLE: 'bridge' });
    const other = await environment.startService();
    await eventually('the gauges tell', async () => (await leading(leader)) === '1' && (await leading(other)) === '0');
    assert.match(await readiness(leader), /^\[\+\]running\n\[\+\]temporal\n\[\+\]kubernetes\n\[\+\]bridge\nok$/m);
    assert.match(await readiness(other), /\n\[\+\]bridge\n\[\+\]standing by\nok$/m);
    const [line] = await logLines(other.logFile, 'StandingBy');
    assert.deepEqual([line?.lease, line?.holder], [`${environment.namespace}/${LEASE}`, await holder()]);
    await restartOnce('shared');
    assert.deepEqual(await logLines(other.logFile, 'LeaderElected'), []);
  });

  it('the other takes over from one that was killed', async () => {
    const leader = await environment.startService();
    const other = await environment.startService();
    const before = await holder();
    leader.process.kill('SIGKILL');
    await leader.process.exited;
    await restartOnce('after-the-kill');
    assert.equal((await logLines(other.logFile, 'LeaderElected')).length, 1);
    assert.notEqual(await holder(), before);
    await eventually('the gauge tells', async () => (await leading(other)) === '1');
    assert.doesNotMatch(await readiness(other), /standing by/);
  });

  it('the other takes over at once from one that got SIGTERM', async () => {
    const leader = await environment.startService();
    const before = await holder();
    await environment.startService();
    assert.deepEqual(await leader.process.stop(30_000), { code: 0, signal: null });
    assert.notEqual(await holder(), before, 'its lease was released');
    await restartOnce('after-the-stop');
  });

  const places: readonly (readonly [where: string, stop: Stop])[] = [
    ['before it read the resource', { before: isRead }],
    ['when it had read the resource and not started the workflow', { after: isRead }],
  ];
  for (const [where, stop] of places) {
    it(`one that loses its lease ${where} starts nothing a second time`, async () => {
      const loser = await StoppableService.start(environment, { ROLE: 'bridge' });
      const other = await environment.startService();
      const node = await environment.addNode('contended', { sidecarVersion: 'newer' });
      const stopped = loser.apiServer.stop('contended', stop);
      // Only the texts of a parameter change are read before a workflow is started.
      await createTaskOfKind(environment, 'contended', { kind: 'GovParamChange' });
      await stopped;
      await giveLeaseTo(other);
      await eventually(
        'the loser has noticed',
        async () => (await logLines(loser.service.logFile, 'LeadershipLost')).length > 0,
      );

      const done = await environment.finished('contended');
      loser.apiServer.resume('contended');
      await eventually(
        'the loser has ended what it had begun',
        async () => (await logLines(loser.service.logFile, 'StandingBy')).length > 0,
      );

      assert.equal(done.status?.phase, 'Complete');
      assert.deepEqual(await environment.tasks.get(environment.namespace, 'contended'), done);
      assert.equal(requestsOf(node, 'POST').length, 1);
      const { executions } = await environment.temporal.workflowService.listWorkflowExecutions({
        namespace: environment.servers.temporal.namespace,
        query: `WorkflowId = '${environment.workflowOf(done).workflowId}'`,
      });
      assert.equal(executions?.length, 1);
      await restartOnce('later');
    });
  }

  async function giveLeaseTo(service: LocalService): Promise<void> {
    const [line] = await logLines(service.logFile, 'StandingBy');
    const identity = String(line?.identity);
    await environment.leases.patch(
      { namespace: environment.namespace, name: LEASE },
      { spec: { holderIdentity: identity } },
    );
    await eventually('the other leads', async () => (await logLines(service.logFile, 'LeaderElected')).length === 1);
  }
});

describe('a leader', () => {
  let environment: TestEnvironment;
  let proxy: TcpProxy;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
    proxy = await TcpProxy.create();
  });

  afterEach(async () => {
    await environment.stop();
    await proxy.close();
  });

  it('that does not reach the API server for 10 s stops leading, is not ready, and leads again afterwards', async () => {
    const apiServer = new URL(environment.servers.kubernetes.url).host;
    await proxy.leadTo(apiServer);
    const service = await environment.startService({
      KUBECONFIG: await kubeconfigThrough(proxy, environment.servers, environment.namespace),
    });
    await eventually('it leads', async () => (await leading(service)) === '1');
    await proxy.beSilent();
    await eventually(
      'it has lost its lease',
      async () => (await logLines(service.logFile, 'LeadershipLost')).length === 1,
    );
    await eventually('the gauge tells', async () => (await leading(service)) === '0');
    assert.match(await readiness(service), /\n\[-\]bridge: .+\nnot ready$/m);

    const node = await environment.addNode('back');
    await environment.restart('back', 'back');
    await proxy.leadTo(apiServer);
    assertComplete(await environment.finished('back'));
    assertRestartedOnce(node);
    assert.equal((await logLines(service.logFile, 'LeaderElected')).length, 2);
    await service.ready();
  });

  it('that has lost Temporal gives the lease up within a minute, and stands by until Temporal answers', async () => {
    const { address } = environment.servers.temporal;
    await proxy.leadTo(address);
    const loser = await environment.startService({ ROLE: 'bridge', TEMPORAL_ADDRESS: proxy.address });
    await eventually('it leads', async () => (await leading(loser)) === '1');
    const other = await environment.startService();
    await proxy.beSilent();
    await eventually('the other leads', async () => (await logLines(other.logFile, 'LeaderElected')).length === 1);
    assert.match(await readiness(loser), /\n\[-\]temporal: .+\n/);

    const node = await environment.addNode('elsewhere');
    await environment.restart('elsewhere', 'elsewhere');
    assertComplete(await environment.finished('elsewhere'));
    assertRestartedOnce(node);

    await other.process.stop(30_000);
    await eventually('the loser does not acquire the free lease', async () => {
      return (await logLines(loser.logFile, 'UnableToLead')).length > 0;
    });
    await proxy.leadTo(address);
    await eventually('it leads again', async () => (await logLines(loser.logFile, 'LeaderElected')).length === 2);
    await loser.ready();
  });
});

async function readiness({ probeUrl }: LocalService): Promise<string> {
  return await (await fetch(`${probeUrl}/readyz`)).text();
}

/** The value of the gauge. */
async function leading({ metricsUrl }: LocalService): Promise<string | undefined> {
  const text = await (await fetch(metricsUrl)).text();
  return /^sei_bridge_leading(?:\{.*\})? (\d+)$/m.exec(text)?.[1];
}
