import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { polledAgain } from '../support/polled-again.ts';
import { TestEnvironment } from '../support/test-environment.ts';

interface KubernetesEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Why a sidecar cannot be asked, as variables of the service, and what the task quotes of it. */
const causes: Readonly<
  Record<
    string,
    {
      readonly service: (environment: TestEnvironment) => Promise<NodeJS.ProcessEnv>;
      readonly words: RegExp;
      readonly reason: string;
    }
  >
> = {
  'a name that does not resolve': {
    service: async () => ({ SIDECAR_URL_TEMPLATE: 'http://{name}.{namespace}.invalid:7777' }),
    words: /GET http:\/\/away\.\S+\.invalid:7777\/\S+: getaddrinfo E\w+ away\./,
    reason: 'SidecarUnreachable',
  },
  'a refused connection': {
    service: async () => ({ SIDECAR_URL_TEMPLATE: 'http://127.0.0.1:1/{namespace}/{name}' }),
    words: /GET http:\/\/127\.0\.0\.1:1\/\S+: connect ECONNREFUSED/,
    reason: 'SidecarUnreachable',
  },
  'a missing right': {
    service: async ({ servers, namespace }) => {
      const tokenFile = join(servers.directory, `${namespace}.viewer`);
      await writeFile(tokenFile, servers.kubernetes.token('viewer'), { mode: 0o600 });
      return { SIDECAR_TOKEN_FILE: tokenFile };
    },
    words: /403 .* get .*seinodetasks\.sei\.io .*away .*test-/,
    reason: 'SidecarForbidden',
  },
};

async function warnings(environment: TestEnvironment, name: string): Promise<KubernetesEvent[]> {
  const { stdout } = await environment.kubectl([
    'get',
    'events',
    '--field-selector',
    `involvedObject.kind=SeiNodeTask,involvedObject.name=${name}`,
    '-o',
    'json',
  ]);
  return (JSON.parse(stdout) as { items: KubernetesEvent[] }).items.filter(({ type }) => type === 'Warning');
}

describe('a problem that keeps a task from continuing', () => {
  let environment: TestEnvironment;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
  });

  afterEach(() => environment.stop());

  for (const [cause, { service, words, reason }] of Object.entries(causes)) {
    it(`is in its status and in one Warning, while it is retried: ${cause}`, async () => {
      const first = await environment.startService(await service(environment));
      const node = await environment.addNode('away');
      const task = await environment.restart('away', 'away');
      const { status } = await environment.taskWhere('away', 'tells the problem', ({ status: now }) =>
        words.test(now?.message ?? ''),
      );
      assert.equal(status?.step, 'Dispatching');
      const told = await eventually('it is recorded', async () => {
        const found = await warnings(environment, 'away');
        return found.length > 0 && found;
      });
      assert.deepEqual(
        told.map((event) => event.reason),
        [reason],
      );
      assert.match(told[0]?.message ?? '', words);
      assert.equal((await environment.workflowOf(task).describe()).status.name, 'RUNNING');

      await first.process.stop(30_000);
      await environment.startService();
      assertComplete(await environment.finished('away'));
      assert.equal(node.sigtermsReceived, 1);
      assert.deepEqual(
        (await warnings(environment, 'away')).map((event) => event.reason),
        [reason],
      );
    });
  }

  it('is shown also when it is a different one with every try', async () => {
    await environment.startService();
    const node = await environment.addNode('varied');
    const handle = node.handle.bind(node);
    let isVaried = true;
    node.handle = async (...call) => {
      if (isVaried)
        node.setFaults(
          node.requests.length % 2 === 0
            ? { answerStatus: { method: 'GET', status: 503 } }
            : { garbage: { method: 'GET', body: 'html' } },
        );
      await handle(...call);
    };
    await environment.restart('varied', 'varied');
    // It is recorded once the status tells it.
    await eventually('a problem is recorded', async () => (await warnings(environment, 'varied')).length > 0);
    isVaried = false;
    node.setFaults({});
    assertComplete(await environment.finished('varied'));
    assert.equal(node.sigtermsReceived, 1);
  });

  it('can be a sidecar that does not know a task which it had accepted', async () => {
    await environment.startService();
    const node = await environment.addNode('denied', { sidecarVersion: 'newer' });
    await createTaskOfKind(environment, 'denied', { kind: 'AwaitNodesAtHeight', payload: { targetHeight: 1_000_000 } });
    await environment.taskWhere('denied', 'is watched', ({ status }) => status?.step === 'AwaitingHeight');
    node.setFaults({ taskNotFound: {} });
    const told = await eventually('it is recorded', async () =>
      (await warnings(environment, 'denied')).find(({ reason }) => reason === 'SidecarTaskUnknown'),
    );
    const tells = ({ status }: SeiNodeTask): boolean => status?.message?.includes(told.message) ?? false;
    await environment.taskWhere('denied', 'tells it', tells);
    node.setFaults({});
    await polledAgain(node);
    const { status } = await environment.taskWhere('denied', 'no longer shows a problem', (task) => !tells(task));
    assert.deepEqual([status?.phase, status?.step], ['Running', 'AwaitingHeight']);
    await node.setHeight(1_000_000);
    assertComplete(await environment.finished('denied'));
  });
});
