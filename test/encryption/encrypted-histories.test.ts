import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import { cachedWorkflowBundle } from '../../dev/cached-workflow-bundle.ts';
import { dataConverterFor } from '../../encryption/data-converter.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { adminShell, runPlugin } from '../cli/plugin.ts';
import { startCodecServerProcess } from '../codec-server/start-codec-server-process.ts';
import { assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { errorCodes, logLines } from '../support/log-lines.ts';
import { noLog } from '../support/recorded-log.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { KeyFile, newKey } from './key-file.ts';
import { storedBytes } from './stored-bytes.ts';

const MEMO = 'planted memo of an operator';
const REASON = 'planted reason of an operator';
const SIDECARS_WORDS = 'planted words of the sidecar';
const KEY_ID = 'key-of-the-histories';
/** For the codec server. */
const TOKEN = 'planted-token-0123456789-0123456789';

/** What `temporal workflow …` prints. */
async function temporalCli(
  { address, namespace }: { readonly address: string; readonly namespace: string },
  words: readonly string[],
): Promise<string> {
  const { temporal } = await findBinaries(process.env, () => {});
  const flags = ['--address', address, '--namespace', namespace];
  return (await promisify(execFile)(temporal, ['workflow', ...words, ...flags])).stdout;
}

describe('a service with payload keys', () => {
  let environment: TestEnvironment;
  let decrypting: Client;
  const keyFile = new KeyFile(newKey(KEY_ID));
  const nodes: Record<string, SimulatedNode> = {};
  const tasks: Record<string, SeiNodeTask> = {};

  before(async () => {
    environment = await TestEnvironment.create({ service: { PAYLOAD_KEY_FILE: keyFile.path } });
    const { connection, options } = environment.temporal;
    decrypting = new Client({
      connection,
      namespace: options.namespace,
      dataConverter: dataConverterFor(keyFile.path, noLog),
    });
    // As in the image. The other tests with keys let the service bundle the workflows itself.
    const bundle = await cachedWorkflowBundle(environment.servers.directory, ['--encrypted']);
    await environment.startService({ ENCRYPTED_WORKFLOW_BUNDLE: bundle });
    await Promise.all([
      vote('confirmed', {}),
      vote('failed', {
        outcome: 'committed_failed',
        result: { txHash: 'AB', inclusionStatus: 'committed_failed', rawLog: SIDECARS_WORDS },
      }),
      vote('pending', { outcome: 'pending' }),
    ]);
    tasks['confirmed'] = await environment.finished('confirmed');
    tasks['failed'] = await environment.finished('failed');
    // The status tells the end before the workflow has stored it.
    await workflowFailure(readable('failed'));
    await eventually('the pending one is submitted again', () => requestsOf(nodeNamed('pending'), 'POST').length >= 2);
  });

  after(async () => {
    await environment.stop();
    keyFile[Symbol.dispose]();
  });

  async function vote(name: string, transactions: object): Promise<void> {
    // Its first check fails, so that a failure with a stack trace is stored as well.
    const faults = { answerStatus: { method: 'GET', status: 500, error: SIDECARS_WORDS, times: 3 } } as const;
    nodes[name] = await environment.addNode(name, { sidecarVersion: 'newer', transactions, faults });
    const spec = {
      kind: 'GovVote',
      target: { nodeRef: { name } },
      govVote: { ...minimalPayloads.GovVote, memo: MEMO },
    };
    tasks[name] = await environment.tasks.create(environment.namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeTask',
      metadata: { name, annotations: { 'sei.io/reason': REASON } },
      spec,
    });
  }

  const nodeNamed = (name: string): SimulatedNode => nodes[name] ?? assert.fail(name);
  const taskNamed = (name: string): SeiNodeTask => tasks[name] ?? assert.fail(name);
  const stored = (name: string): Promise<Buffer> =>
    storedBytes(environment.temporal, environment.workflowOf(taskNamed(name)));
  const readable = (name: string) => decrypting.workflow.getHandle(environment.workflowOf(taskNamed(name)).workflowId);

  const cli = (...words: string[]): Promise<string> => temporalCli(environment.servers.temporal, words);

  it('carries out tasks', () => {
    assertConfirmed(taskNamed('confirmed'));
    assertFailed(taskNamed('failed'), 'TxFailed', 'failed', { code: new RegExp(SIDECARS_WORDS) });
    for (const node of Object.values(nodes))
      assert.ok(
        requestsOf(node, 'POST').some(({ body }) => body.includes(MEMO)),
        node.name,
      );
  });

  for (const name of ['confirmed', 'failed', 'pending']) {
    it(`leaves no memo, reason or answer in the clear in what Temporal stores of a task that is ${name}`, async () => {
      const bytes = await stored(name);
      assert.ok(bytes.includes(KEY_ID));
      for (const text of ['planted', 'proposalId', 'was answered 500']) assert.equal(bytes.includes(text), false, text);
    });
  }

  it('leaves search attributes, kinds, activities and reasons in the clear', async () => {
    const bytes = await stored('failed');
    const { workflowId } = environment.workflowOf(taskNamed('failed'));
    for (const text of [
      workflowId,
      'GovVote',
      'SeiNode',
      'dispatchTask',
      'pollTask',
      'TxFailed',
      'createdWith',
      'Encoded failure',
    ]) {
      assert.ok(bytes.includes(text), text);
    }
    const found = await environment.temporal.workflow.count(
      `SeiNode = 'failed' AND SeiNamespace = '${environment.namespace}'`,
    );
    assert.equal(found.count, 1);
  });

  it('writes histories that can be read with the key', async () => {
    const description = await readable('failed').describe();
    assert.equal(description.memo?.['why'], REASON);
    assert.equal(await description.staticSummary(), `GovVote ${environment.namespace}/failed`);
    assert.match((await workflowFailure(readable('failed')))?.message ?? '', new RegExp(SIDECARS_WORDS));
    assert.equal((await readable('pending').query<{ step: string }>('status')).step, 'Submitting');
  });

  it('is listed by kubectl snt history, which has no key', async () => {
    await eventually('the list has it', async () => {
      const { code, stdout, stderr } = await runPlugin(
        ['history', 'failed', '-n', environment.namespace],
        adminShell(environment.servers),
      );
      assert.deepEqual([code, stderr], [0, '']);
      return /GovVote +TxFailed/.test(stdout);
    });
  });

  describe('and a codec server', () => {
    let codec: readonly string[];
    let codecLog: string;

    before(async () => {
      const { directory } = environment.servers;
      const tokens = join(directory, `${environment.namespace}.codec-tokens`);
      await writeFile(tokens, TOKEN, { mode: 0o600 });
      const server = await startCodecServerProcess(directory, {
        PAYLOAD_KEY_FILE: keyFile.path,
        CODEC_TOKENS_FILE: tokens,
      });
      environment.added.defer(async () => void (await server.process.stop(10_000)));
      await server.ready();
      codecLog = server.logFile;
      codec = ['--codec-endpoint', `http://${server.address}`, '--codec-auth'];
    });

    it('lets the Temporal CLI show the input of a workflow, and not with a wrong token', async () => {
      const { workflowId } = environment.workflowOf(taskNamed('confirmed'));
      const show = ['show', '--detailed', '--workflow-id', workflowId];
      assert.ok(!(await cli(...show)).includes(MEMO));
      assert.ok((await cli(...show, ...codec, `Bearer ${TOKEN}`)).includes(MEMO));
      // It repeats a call to the codec server that was refused until its time is over.
      await assert.rejects(cli(...show, ...codec, `Bearer ${TOKEN}x`, '--command-timeout', '2s'));
      const [refused = assert.fail()] = await logLines(codecLog, 'CodecRequestRefused');
      assert.deepEqual(errorCodes(refused), ['CODEC_TOKEN_REFUSED']);
    });

    it('lets the Temporal CLI start a workflow whose input is encrypted', async () => {
      const workflowId = `started-${environment.namespace}`;
      const input = JSON.stringify({ node: { namespace: environment.namespace, name: 'failed' }, payload: {} });
      const flags = ['--type', 'MarkReady', '--task-queue', environment.namespace, '--workflow-id', workflowId];
      await cli('start', ...flags, '--input', input, ...codec, `Bearer ${TOKEN}`);
      const outcome: { verdict: { reason: string } } = await decrypting.workflow.getHandle(workflowId).result();
      assert.equal(outcome.verdict.reason, 'TaskComplete');
      const bytes = await storedBytes(environment.temporal, { workflowId });
      assert.deepEqual([bytes.includes(KEY_ID), bytes.includes('"payload"')], [true, false]);
    });
  });
});
