import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { applyObject } from '../../dev/apply-manifests.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { createAccount, type Account } from '../support/account.ts';
import type { DeployedRole } from '../support/deployed-roles.ts';
import { eventually } from '../support/eventually.ts';
import { onlyIn } from '../support/only-in.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { GoController } from './go-controller.ts';

const GO_ACCOUNT = 'system:serviceaccount:sei-k8s-controller-system:sei-k8s-controller-manager';
const LABEL = { 'sei.io/executor': 'temporal' };

/** What the Go controller may do to tasks, and what the proxies of sidecars ask for. */
const goRole: DeployedRole = {
  kind: 'ClusterRole',
  metadata: { name: 'go-controller', uid: '', resourceVersion: '' },
  rules: [
    {
      apiGroups: ['sei.io'],
      resources: ['seinodetasks'],
      verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    },
    { apiGroups: ['sei.io'], resources: ['seinodetasks/status'], verbs: ['get', 'patch', 'update'] },
  ],
};

function userName({ namespace }: TestEnvironment, { name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** deploy/coexist for one account, in the namespace of the environment. */
async function applyPolicy(environment: TestEnvironment, account: Account): Promise<void> {
  const file = new URL('../../deploy/coexist/status-writes.yaml', import.meta.url);
  const [before = '', after, ...more] = (await readFile(file, 'utf8')).split(GO_ACCOUNT);
  assert.ok(after !== undefined && more.length === 0, 'the account is named in one place');
  for (const document of parseAllDocuments(`${before}${userName(environment, account)}${after}`))
    await applyObject(environment.admin, onlyIn(environment, document.toJS()));
}

/** A namespace with nodes, the policy in force, and the Go controller at work. */
class Coexistence {
  readonly environment: TestEnvironment;
  readonly controller: GoController;
  /** User name of the Go controller. */
  readonly account: string;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  private constructor(environment: TestEnvironment, account: Account) {
    this.environment = environment;
    this.account = userName(environment, account);
    this.controller = new GoController(environment, account);
    this.#running = this.controller.run(this.#stop.signal);
  }

  /** @param namespaceLabels - Labels of the namespace. */
  static async start(namespaceLabels: object = {}): Promise<Coexistence> {
    const environment = await TestEnvironment.create();
    const namespaces = new ResourceClient(environment.admin, { group: '', version: 'v1', plural: 'namespaces' });
    const name = environment.namespace;
    await namespaces.patch({ namespace: undefined, name }, { metadata: { labels: namespaceLabels } });
    const account = await createAccount(environment, [goRole]);
    await applyPolicy(environment, account);
    const probe = await environment.createTask('probe', {
      kind: 'RestartSeid',
      target: { nodeRef: { name: 'absent' } },
      restartSeid: {},
    });
    await environment.tasks.patch(probe.metadata, { metadata: { labels: LABEL } });
    const tasks = new ResourceClient<SeiNodeTask>(account.transport, SEI_NODE_TASK);
    await eventually('the policy is in force', () => isRefused(tasks, probe));
    await environment.tasks.delete(name, 'probe');
    return new Coexistence(environment, account);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.environment.stop();
  }

  async restart(name: string, labels: object, node: Parameters<TestEnvironment['addNode']>[1] = {}) {
    const { environment } = this;
    const added = await environment.addNode(name, node);
    await environment.tasks.create(environment.namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: SEI_NODE_TASK.kind,
      metadata: { name, labels },
      spec: { kind: 'RestartSeid', target: { nodeRef: { name } }, restartSeid: {} },
    });
    return added;
  }

  /** Sets or, with null, removes the label. */
  async label(name: string, executor: 'temporal' | null): Promise<void> {
    const { namespace, tasks } = this.environment;
    await tasks.patch({ namespace, name }, { metadata: { labels: { 'sei.io/executor': executor } } });
  }

  refusals(name: string): string[] {
    return this.controller.log.filter(
      (line) => line.startsWith(`${name}: `) && /flushing status: .*is forbidden/.test(line),
    );
  }
}

async function isRefused(tasks: ResourceClient<SeiNodeTask>, { metadata }: SeiNodeTask): Promise<boolean> {
  try {
    await tasks.patchStatus(metadata, { status: { startedAt: '2026-01-01T00:00:00Z' } });
    return false;
  } catch (error) {
    return hasHttpStatus(error, 403);
  }
}

function assertSentOnce(node: SimulatedNode, posts = 1): void {
  assert.equal(requestsOf(node, 'POST').length, posts);
  assert.equal(node.sigtermsReceived, 1);
  assert.equal(node.tasks.length, 1);
}

describe('next to the Go controller', () => {
  describe('with TASK_SELECTOR=sei.io/executor=temporal', () => {
    let coexistence: Coexistence;

    before(async () => {
      coexistence = await Coexistence.start();
      await coexistence.environment.startService({ TASK_SELECTOR: 'sei.io/executor=temporal' });
    });

    after(() => coexistence.stop());

    async function finished(name: string): Promise<SeiNodeTask> {
      const task = await coexistence.environment.finished(name);
      assert.equal(task.status?.phase, 'Complete');
      return task;
    }

    it('a labelled task is carried out here, with one POST, and the Go controller logs that it is refused', async () => {
      const node = await coexistence.restart('labelled', LABEL);
      const { status } = await finished('labelled');
      assert.notEqual(status?.workflow, undefined);
      assertSentOnce(node);
      await eventually('it was refused', () => coexistence.refusals('labelled').length > 0);
    });

    it('the command in docs/coexistence.md shows that the policy is in force, and writes nothing', async () => {
      const { environment, account } = coexistence;
      const page = await readFile(new URL('../../docs/coexistence.md', import.meta.url), 'utf8');
      const [, command = ''] = /^ *\$ kubectl (patch snt .* --as=.*)$/m.exec(page) ?? [];
      await coexistence.restart('checked', LABEL);
      const done = await finished('checked');
      const words = command
        .replace(' NAME ', ' checked ')
        .replace('NAMESPACE', environment.namespace)
        .replace(GO_ACCOUNT, account)
        .replaceAll("'", '')
        .split(' ');
      const { code, stderr } = await environment.kubectl(words);
      assert.equal(code, 1);
      assert.match(stderr, /is forbidden: ValidatingAdmissionPolicy 'sei-node-tasks-coexist/);
      assert.deepEqual((await environment.tasks.get(environment.namespace, 'checked'))?.status, done.status);
    });

    it('other tasks are carried out by the Go controller, with one POST', async () => {
      const node = await coexistence.restart('unlabelled', {});
      const { status } = await finished('unlabelled');
      assert.deepEqual([status?.workflow, status?.message], [undefined, undefined]);
      assertSentOnce(node);
      assert.deepEqual(coexistence.refusals('unlabelled'), []);
    });

    it('a task that the Go controller has sent continues here when it gets the label', async () => {
      const node = await coexistence.restart('moved-here', {}, { faults: { neverBoot: true } });
      await coexistence.environment.taskWhere(
        'moved-here',
        'was sent',
        ({ status }) => status?.task?.submittedAt !== undefined,
      );
      await coexistence.label('moved-here', 'temporal');
      await coexistence.environment.taskWhere('moved-here', 'is here', ({ status }) => status?.workflow !== undefined);
      node.setFaults({});
      await finished('moved-here');
      assertSentOnce(node);
    });

    it('a task that gets the label between the stamp and the POST of the Go controller is carried out once', async () => {
      coexistence.controller.held.add('about-to-send');
      const node = await coexistence.restart('about-to-send', {}, { faults: { neverBoot: true } });
      await eventually('it is about to send', () => coexistence.controller.reachedSend.has('about-to-send'));
      await coexistence.label('about-to-send', 'temporal');
      await eventually('it was sent here', () => requestsOf(node, 'POST').length === 1);
      coexistence.controller.held.delete('about-to-send');
      await eventually('the Go controller has sent it too', () => requestsOf(node, 'POST').length === 2);
      // By the policy, or because this service has written the status since: the Go controller has read it before.
      await eventually('its status is not accepted', () =>
        coexistence.controller.log.some((line) => line.startsWith('about-to-send: Error: flushing status: ')),
      );
      node.setFaults({});
      await finished('about-to-send');
      // The second one has the same id, so the sidecar has nothing to do.
      assertSentOnce(node, 2);
    });

    it('a running task continues with the Go controller without the label and without its workflow', async () => {
      const node = await coexistence.restart('moved-back', LABEL, { faults: { neverBoot: true } });
      const task = await coexistence.environment.taskWhere(
        'moved-back',
        'was sent',
        ({ status }) => status?.task?.submittedAt !== undefined,
      );
      await coexistence.label('moved-back', null);
      await coexistence.environment.workflowOf(task).terminate('moved back');
      node.setFaults({});
      const { status } = await finished('moved-back');
      assert.notEqual(status?.reason, 'WorkflowTerminated');
      assertSentOnce(node);
    });

    it('a task that waits here is begun by the Go controller without the label and without its workflow', async () => {
      const node = await coexistence.restart('never-begun', LABEL, { phase: 'Pending' });
      const task = await coexistence.environment.taskWhere(
        'never-begun',
        'waits',
        ({ status }) => status?.step === 'WaitingForTarget',
      );
      await coexistence.label('never-begun', null);
      await coexistence.environment.workflowOf(task).terminate('moved back');
      await finished('never-begun');
      assertSentOnce(node);
    });
  });

  describe('with WATCH_NAMESPACE and a label on the namespace', () => {
    let coexistence: Coexistence;

    before(async () => {
      coexistence = await Coexistence.start(LABEL);
      await coexistence.environment.startService();
    });

    after(() => coexistence.stop());

    it('every task of the namespace is carried out here, with one POST', async () => {
      const node = await coexistence.restart('in-namespace', {});
      const { status } = await coexistence.environment.finished('in-namespace');
      assert.equal(status?.phase, 'Complete');
      assert.notEqual(status?.workflow, undefined);
      assertSentOnce(node);
      await eventually('the Go controller was refused', () => coexistence.refusals('in-namespace').length > 0);
    });
  });
});
