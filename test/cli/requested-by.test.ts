import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPayloadConverter, type WorkflowHandle } from '@temporalio/client';
import { REQUESTED_BY_ANNOTATION } from '../../api/provenance.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { TaskInput } from '../../api/temporal/task-input.ts';
import { FakeApiServer, sendJson, sendStatus, type Handler } from '../kubernetes/fake-api-server.ts';
import { createAccount } from '../support/account.ts';
import { deployedRoles } from '../support/deployed-roles.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { adminShell, runPlugin } from './plugin.ts';

const REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

function requesterOf(task: SeiNodeTask): string | undefined {
  return task.metadata.annotations?.[REQUESTED_BY_ANNOTATION];
}

function inputOf({ events }: Awaited<ReturnType<WorkflowHandle['fetchHistory']>>): TaskInput<'RestartSeid'> {
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  return defaultPayloadConverter.fromPayload(started?.input?.payloads?.[0] ?? assert.fail('no input'));
}

function who(userInfo: unknown): Handler {
  return (_, response) => sendJson(response, 201, { status: { userInfo } });
}

describe('who asked for a task, by kubectl snt,', () => {
  let environment: TestEnvironment;
  let shell: NodeJS.ProcessEnv;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    shell = adminShell(environment.servers);
    await environment.addNode('validator-0');
  });

  after(() => environment.stop());

  it('is the user that the API server knows, and is in status, Events, input and memo', async () => {
    const words = ['restart', 'validator-0', '--name', 'asked', '--reason', 'memory leak', '-n', environment.namespace];
    const { code, stderr } = await runPlugin(words, shell);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const task = await environment.finished('asked');
    assert.equal(requesterOf(task), 'admin');
    assert.match(task.status?.message ?? '', /Requested by admin\. Reason: memory leak\.$/);
    const messages = await eventually('it is recorded on the node', async () => {
      const all = await messagesOn('validator-0');
      return all.length > 0 && all;
    });
    for (const message of messages) assert.match(message, /Requested by admin\. Reason: memory leak\.$/);
    const workflow = environment.workflowOf(task);
    const { memo } = await workflow.describe();
    assert.deepEqual(memo, { requestedBy: 'admin', why: 'memory leak' });
    const history = await eventually('it is in the history of the node', async () => {
      const { stdout } = await runPlugin(['history', 'validator-0', '-n', environment.namespace], shell);
      return stdout.includes('/asked/') && stdout;
    });
    assert.match(history, /\/asked\/\S+ Requested by admin\. Reason: memory leak\.$/m);
    const { requestedBy, why } = inputOf(await workflow.fetchHistory());
    assert.deepEqual({ requestedBy, why }, memo);
  });

  /** Of the Events on a SeiNode. */
  async function messagesOn(name: string): Promise<string[]> {
    const selector = `involvedObject.kind=SeiNode,involvedObject.name=${name}`;
    const { stdout } = await environment.kubectl(['get', 'events', '-o', 'json', '--field-selector', selector]);
    return (JSON.parse(stdout) as { items: { message: string }[] }).items.map(({ message }) => message);
  }

  it('is the account of a program too, for every kind, also with --dry-run', async () => {
    const operator = (await deployedRoles()).filter(({ metadata }) => metadata.name === 'sei-node-tasks-operator');
    const account = await createAccount(environment, operator);
    for (const words of [
      ['restart', 'validator-0'],
      ['await-height', 'validator-0', '1'],
      ['restart', 'validator-0', '--dry-run=server'],
    ]) {
      const { stdout, stderr } = await runPlugin(
        [...words, '-o', 'json', '-n', environment.namespace, '--kubeconfig', account.kubeconfig],
        shell,
      );
      assert.equal(stderr, '');
      assert.equal(
        requesterOf(JSON.parse(stdout) as SeiNodeTask),
        `system:serviceaccount:${environment.namespace}:${account.name}`,
      );
    }
  });

  describe('when the API server does not answer that well,', () => {
    /** Each with what is written then. */
    const answers: Readonly<Record<string, readonly [Handler, string | undefined]>> = {
      'refuses it': [(_, response) => sendStatus(response, 403, 'Forbidden'), undefined],
      'is too old for it': [(_, response) => sendStatus(response, 404, 'NotFound'), undefined],
      'breaks down over it': [(_, response) => sendStatus(response, 500, 'InternalError'), undefined],
      'never answers it': [() => undefined, undefined],
      'answers no JSON': [(_, response) => void response.writeHead(201).end('<html>'), undefined],
      'answers nothing': [(_, response) => sendJson(response, 201, null), undefined],
      'names nobody': [who({}), undefined],
      'names nobody by an empty text': [who({ username: '' }), undefined],
      'names no text': [who({ username: { a: 1 } }), undefined],
      'names what no terminal should show': [who({ username: 'a\u001B[2Jb\nc\u202E' }), 'a [2Jb c'],
      'names somebody at great length': [who({ username: 'x'.repeat(100_000) }), `${'x'.repeat(255)}…`],
    };
    let directory: string;

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'requested-by-'));
    });
    after(() => rm(directory, { recursive: true }));

    for (const [what, [answer, written]] of Object.entries(answers)) {
      it(`the task is created anyway: it ${what}`, async () => {
        await using server = await FakeApiServer.start((request, response) => {
          if (request.path === REVIEWS) answer(request, response);
          else if (request.method === 'GET') sendStatus(response, 403, 'Forbidden');
          else
            sendJson(response, 201, {
              ...(JSON.parse(request.body) as object),
              metadata: { name: 'made', namespace: 'x', uid: 'u', resourceVersion: '1' },
            });
        });
        const kubeconfig = join(directory, 'kubeconfig');
        await writeFile(kubeconfig, server.kubeconfig);
        const { code, stdout, stderr } = await runPlugin(
          ['restart', 'a', '-n', 'x', '--kubeconfig', kubeconfig],
          shell,
        );
        assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
        assert.match(stdout, /^seinodetask\.sei\.io\/made created\n/);
        const created =
          server.requests.find(({ path }) => path.endsWith('/seinodetasks')) ?? assert.fail('nothing was created');
        assert.equal(requesterOf(JSON.parse(created.body) as SeiNodeTask), written);
      });
    }
  });
});
