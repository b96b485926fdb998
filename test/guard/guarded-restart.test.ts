import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { GuardCheck } from '../../api/guard-verdicts.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { heldByGuard } from '../support/held-by-guard.ts';
import { permitOfChainIsFree } from '../support/permit-of-chain.ts';
import { scheduledActivities, scheduledActivity } from '../support/scheduled-activities.ts';
import { LEASE, TestEnvironment } from '../support/test-environment.ts';

const CHAIN = `guard-${randomBytes(4).toString('hex')}`;
const OURS = Array.from({ length: 8 }, (_, index) => `val-${index}`);
/** Somebody else operates these. With both down, 35 of 115 are: another 10 are allowed only with one of them up. */
const OTHERS = { many: '25', few: '10' };
const ENFORCE = { guard: { mode: 'Enforce' } };

describe('a guarded restart', () => {
  let environment: TestEnvironment;
  let service: LocalService;

  before(async () => {
    const validators = [
      ...OURS.map((name) => ({ name, power: '10' })),
      ...Object.entries(OTHERS).map(([name, power]) => ({ name, power, nodes: [] })),
    ];
    environment = await TestEnvironment.create({
      chain: { chainId: CHAIN, blockIntervalMs: 100, consensus: { validators } },
    });
    await Promise.all([...OURS, 'full-0', 'full-1'].map((name) => environment.addNode(name)));
    service = await environment.startService();
  });

  afterEach('the chain never stopped', () => {
    assert.deepEqual(environment.fleet.chain.stops, []);
    for (const name of Object.keys(OTHERS)) environment.fleet.chain.setValidator(name, { down: false });
  });

  after(() => environment.stop());

  function setDown(...names: readonly (keyof typeof OTHERS)[]): void {
    for (const name of names) environment.fleet.chain.setValidator(name, { down: true });
  }

  const held = (name: string, verdict: GuardCheck): Promise<SeiNodeTask> => heldByGuard(environment, name, verdict);

  async function eventReasons(name: string): Promise<string[]> {
    const { stdout } = await environment.kubectl(['get', 'events', '-o', 'json']);
    const { items } = JSON.parse(stdout) as {
      items: { reason: string; type: string; involvedObject: { kind: string; name: string } }[];
    };
    return items
      .filter(({ involvedObject }) => involvedObject.kind === 'SeiNodeTask' && involvedObject.name === name)
      .map(({ type, reason }) => `${type} ${reason}`);
  }

  async function activitiesOf(task: SeiNodeTask): Promise<string[]> {
    return (await scheduledActivities(environment.workflowOf(task))).map(({ name }) => name);
  }

  const chainPermitIsFree = () => permitOfChainIsFree(environment);

  it('is sent when the chain can spare the node', async () => {
    const task = await environment.restart('spared', 'val-0', ENFORCE);
    assertComplete(await environment.finished('spared'));
    await chainPermitIsFree();
    assert.deepEqual(await activitiesOf(task), [
      'checkTargetPhase',
      'awaitTarget',
      'dispatchTask',
      'pollTask',
      'mirrorStatus',
    ]);
  });

  it('waits with numbers while a third would be down, holds no permit, and is sent afterwards', async () => {
    setDown('many', 'few');
    await environment.restart('waiting', 'val-1', ENFORCE);
    const task = await held('waiting', 'QuorumAtRisk');
    assert.match(task.status?.message ?? '', /\b45 of 115 voting power\b/);
    await chainPermitIsFree();
    await environment.permitIsFree('val-1');
    assert.equal(environment.fleet.node(environment.namespace, 'val-1').sigtermsReceived, 0);
    environment.fleet.chain.setValidator('few', { down: false });
    assertComplete(await environment.finished('waiting'));
  });

  it('never takes down two validators that may not be down together', async () => {
    setDown('many');
    const pair = ['val-2', 'val-3'];
    for (const name of pair) environment.fleet.node(environment.namespace, name).setFaults({ slowBootMs: 1_000 });
    await Promise.all(pair.map((name) => environment.restart(`pair-${name}`, name, ENFORCE)));
    for (const name of pair) assertComplete(await environment.finished(`pair-${name}`));
  });

  it('is as without a guard when the guard is off', async () => {
    setDown('many', 'few');
    const plain = await environment.restart('plain', 'full-1');
    assertComplete(await environment.finished('plain'));
    environment.fleet.chain.setValidator('few', { down: false });
    const off = await environment.restart('off', 'val-4', { guard: { mode: 'Off' } });
    assertComplete(await environment.finished('off'));
    assert.deepEqual(await activitiesOf(off), await activitiesOf(plain));
  });

  it('is sent with mode Warn, and its Event and message say what was found', async () => {
    await environment.restart('warned', 'val-5', { guard: { mode: 'Warn', maxDownPercent: 5 } });
    const task = await environment.finished('warned');
    assertComplete(task);
    assert.match(task.status?.message ?? '', /\bQuorumAtRisk\b/);
    await eventually('it is an Event', async () => (await eventReasons('warned')).includes('Warning GuardWarning'));
  });

  it('says that it can never pass, and passes with an override, which is recorded', async () => {
    const guard = { mode: 'Enforce', maxDownPercent: 5 };
    const target = { nodeRef: { name: 'val-6' }, queueTimeout: '10s' };
    await environment.restart('impossible', 'val-6', { guard, target });
    assert.match((await held('impossible', 'QuorumAtRisk')).status?.message ?? '', /\bcan never pass\b.*override/);
    assertFailed(await environment.finished('impossible'), 'TargetResolveFailed', 'guard', { verdict: 'QuorumAtRisk' });

    const override = { checks: ['QuorumAtRisk'], reason: 'planned outage' };
    const overridden = await environment.restart('overridden', 'val-6', { guard, override });
    const task = await environment.finished('overridden');
    assertComplete(task);
    assert.match(task.status?.message ?? '', /\bQuorumAtRisk\b.*\bplanned outage\b/);
    await eventually('it is an Event', async () =>
      (await eventReasons('overridden')).includes('Warning GuardOverridden'),
    );
    const check = await scheduledActivity(environment.workflowOf(overridden), 'checkTargetPhase');
    assert.deepEqual((check.input as { input: { override: object } }).input.override, override);
  });

  it('waits while a source lies, and for a node that was restarted just now', async () => {
    const liar = environment.fleet.node(environment.namespace, 'full-0');
    liar.setFaults({ rpc: { lie: 'other-power' } });
    await environment.restart('lied-to', 'val-0', ENFORCE);
    await held('lied-to', 'SourcesDisagree');
    liar.setFaults({});
    await held('lied-to', 'RestartedRecently');
    await environment.kubectl(['delete', 'snt', 'lied-to', '--wait=false']);
  });

  it('holds back a validator whose chain cannot be read, and no full node', async () => {
    const others = [...OURS, 'full-0'].map((name) => environment.fleet.node(environment.namespace, name));
    for (const node of others) node.setFaults({ rpc: { lie: 'unavailable' } });
    await environment.restart('full', 'full-1', ENFORCE);
    assertComplete(await environment.finished('full'));
    await environment.restart('blind', 'val-1', ENFORCE);
    await held('blind', 'ChainDataUnavailable');
    await chainPermitIsFree();
    await environment.kubectl(['delete', 'snt', 'blind', '--wait=false']);
    for (const node of others) node.setFaults({});
  });

  it('continues on another worker when its worker is killed', async () => {
    setDown('many', 'few');
    await environment.restart('survivor', 'val-7', ENFORCE);
    await held('survivor', 'QuorumAtRisk');
    service.process.kill('SIGKILL');
    await service.process.exited;
    await environment.leases.delete(environment.namespace, LEASE);
    await environment.startService();
    environment.fleet.chain.setValidator('few', { down: false });
    assertComplete(await environment.finished('survivor'));
    assert.equal(environment.fleet.node(environment.namespace, 'val-7').sigtermsReceived, 1);
  });

  it('is admitted only for kinds that take seid down, and its guard never changes', async () => {
    const markReady = { kind: 'MarkReady', target: { nodeRef: { name: 'val-0' } }, markReady: {} };
    await assert.rejects(
      environment.createTask('marked', { ...markReady, ...ENFORCE }),
      /spec\.guard and spec\.override/,
    );
    for (const patch of [
      { guard: { mode: 'Off' } },
      { guard: null },
      { override: { checks: ['CatchingUp'], reason: 'r' } },
    ]) {
      const { code, stderr } = await environment.kubectl([
        'patch',
        'snt',
        'spared',
        '--type=merge',
        '-p',
        JSON.stringify({ spec: patch }),
      ]);
      assert.notEqual(code, 0);
      assert.match(stderr, /immutable/);
    }
  });
});
