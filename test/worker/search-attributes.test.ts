import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { TemporalFront } from '../support/temporal-front.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** Of Temporal's SQL stores. */
const KEYWORD_COLUMNS = 10;
const NAMES = ['SeiCluster', 'SeiNamespace', 'SeiNode', 'SeiTaskKind', 'SeiTaskOutcome'];

describe('search attributes', () => {
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

    async function restartCompletes(name = 'fresh'): Promise<SeiNodeTask> {
      const node = await environment.addNode(name);
      await environment.restart(name, name);
      const task = await environment.finished(name);
      assertComplete(task);
      assert.equal(node.sigtermsReceived, 1);
      return task;
    }

    it('are created by the service, which says so and then works', async () => {
      const service = await environment.startService({ TEMPORAL_NAMESPACE: namespace });
      assert.deepEqual(await names(), NAMES);
      const [line] = await logLines(service.logFile, 'SearchAttributesCreated');
      assert.deepEqual([line?.temporalNamespace, line?.names], [namespace, NAMES]);
      await restartCompletes();
    });

    it('are used without a restart once somebody has created them, where this service may not', async function () {
      this.timeout(180_000);
      const authority = new CertificateAuthority('temporal-authority');
      const cloud = environment.added.use(
        await TemporalFront.listen({
          address: environment.servers.temporal.address,
          identity: authority.issue('temporal', '127.0.0.1'),
          refuses: (path) => path.includes('OperatorService'),
        }),
      );
      const service = await environment.startService({
        TEMPORAL_NAMESPACE: namespace,
        TEMPORAL_ADDRESS: cloud.address,
        TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.certificate,
      });
      const [warning] = await logLines(service.logFile, 'SearchAttributesMissing');
      assert.match(String(warning?.command), /temporal operator search-attribute create/);
      await restartCompletes('before');
      const attributes = NAMES.flatMap((name) => ['--name', name, '--type', 'Keyword']);
      await temporal('search-attribute', 'create', '--namespace', namespace, ...attributes);
      await eventually('they are used', async () => {
        return (await logLines(service.logFile)).some(({ message }) =>
          message.startsWith('The search attributes exist'),
        );
      });
      const task = await restartCompletes('after');
      const { workflowService } = environment.temporal.connection;
      await eventually('its workflow is listed by them', async () => {
        const query = `SeiNamespace = '${task.metadata.namespace}' AND SeiNode = 'after'`;
        return Number((await workflowService.countWorkflowExecutions({ namespace, query })).count) === 1;
      });
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
