import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import { ensureSearchAttributes } from '../../worker/ensure-search-attributes.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { noLog, RecordedLog } from '../support/recorded-log.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** Of Temporal's SQL stores. */
const KEYWORD_COLUMNS = 10;
const NAMES = ['SeiCluster', 'SeiNamespace', 'SeiNode', 'SeiTaskKind', 'SeiTaskOutcome'];

/** A Temporal that has these search attributes and refuses every other, with a gRPC code. */
function refusing(names: readonly string[], code: number): Pick<NativeConnection, 'operatorService'> {
  const operatorService = {
    listSearchAttributes: () =>
      Promise.resolve({ customAttributes: Object.fromEntries(names.map((name) => [name, 2])) }),
    addSearchAttributes: () => Promise.reject(Object.assign(new Error('refused'), { code })),
  };
  return { operatorService } as unknown as NativeConnection;
}

describe('search attributes', () => {
  it('that may not be created are named, with the command that creates them, and the service runs without them', async () => {
    const { log, lines } = new RecordedLog();
    const permissionDenied = 7;
    assert.equal(
      await ensureSearchAttributes(refusing(['SeiCluster', 'SeiNode', 'Other'], permissionDenied), 'production', log),
      false,
    );
    const [{ event, temporalNamespace, names, command } = assert.fail(), ...others] = lines;
    assert.deepEqual([event, temporalNamespace, others], ['SearchAttributesMissing', 'production', []]);
    assert.deepEqual(names, ['SeiNamespace', 'SeiTaskKind', 'SeiTaskOutcome']);
    assert.equal(
      command,
      'temporal operator search-attribute create --namespace production ' +
        '--name SeiNamespace --type Keyword --name SeiTaskKind --type Keyword --name SeiTaskOutcome --type Keyword',
    );
  });

  it('are requested again after a temporary error', async () => {
    const unavailable = 14;
    await assert.rejects(ensureSearchAttributes(refusing([], unavailable), 'production', noLog), /refused/);
  });

  it('that exist need no right to create any', async () => {
    const { log, lines } = new RecordedLog();
    assert.equal(await ensureSearchAttributes(refusing(NAMES, 7), 'production', log), true);
    assert.deepEqual(lines, []);
  });

  describe('in a Temporal namespace of its own', () => {
    let environment: TestEnvironment;
    let namespace: string;

    beforeEach(async () => {
      environment = await TestEnvironment.create();
      namespace = `fresh-${randomBytes(5).toString('hex')}`;
      await temporal('namespace', 'create', '--namespace', namespace);
      await eventually('the namespace can be used', async () => (await names()).length === 0);
    });

    afterEach(() => environment.stop());

    async function temporal(...operatorCommand: string[]): Promise<string> {
      const { temporal: binary } = await findBinaries(process.env, () => {});
      const { address } = environment.servers.temporal;
      const { stdout } = await promisify(execFile)(binary, [
        'operator',
        ...operatorCommand,
        '--address',
        address,
        '--output',
        'json',
      ]);
      return stdout;
    }

    async function names(): Promise<string[]> {
      const listed = await temporal('search-attribute', 'list', '--namespace', namespace);
      return NAMES.filter((name) => new RegExp(`"${name}": *"(INDEXED_VALUE_TYPE_)?KEYWORD"`, 'i').test(listed));
    }

    async function restartCompletes(): Promise<void> {
      const node = await environment.addNode('fresh');
      await environment.restart('fresh', 'fresh');
      assertComplete(await environment.finished('fresh'));
      assert.equal(node.sigtermsReceived, 1);
    }

    it('are created by the service, which says so and then works', async () => {
      const service = await environment.startService({ TEMPORAL_NAMESPACE: namespace });
      assert.deepEqual(await names(), NAMES);
      const [line] = await logLines(service.logFile, 'SearchAttributesCreated');
      assert.deepEqual([line?.temporalNamespace, line?.names], [namespace, NAMES]);
      await restartCompletes();
    });

    it('are not used when the server allows no more of them, and the service says so', async () => {
      const others = Array.from({ length: KEYWORD_COLUMNS - 1 }, (_, index) => [
        '--name',
        `Other${index}`,
        '--type',
        'Keyword',
      ]);
      await temporal('search-attribute', 'create', '--namespace', namespace, ...others.flat());
      const service = await environment.startService({ TEMPORAL_NAMESPACE: namespace });
      const [warning] = await logLines(service.logFile, 'SearchAttributesMissing');
      assert.deepEqual([warning?.temporalNamespace, warning?.names], [namespace, NAMES]);
      assert.deepEqual(await names(), []);
      await restartCompletes();
      const run = await new Client({ connection: environment.temporal.connection, namespace }).workflow.execute(
        'RestartSeid',
        {
          workflowId: `run-${namespace}`,
          taskQueue: environment.namespace,
          args: [{ node: { namespace: environment.namespace, name: 'fresh' }, payload: {} }],
        },
      );
      assert.equal((run as { verdict: { reason: string } }).verdict.reason, 'TaskComplete');
    });
  });
});
