import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { NativeConnection } from '@temporalio/worker';
import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import { ensureSearchAttributes, SearchAttributesMissingError } from '../../worker/ensure-search-attributes.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const NAMES = ['SeiCluster', 'SeiNamespace', 'SeiNode', 'SeiTaskKind', 'SeiTaskOutcome'];
const log = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** A Temporal that has these search attributes and refuses every other. */
function refusing(names: readonly string[]): NativeConnection {
  const operatorService = {
    listSearchAttributes: () => Promise.resolve({ customAttributes: Object.fromEntries(names.map((name) => [name, 2])) }),
    addSearchAttributes: () => Promise.reject(new Error('Request unauthorized.')),
  };
  return { operatorService } as unknown as NativeConnection;
}

describe('search attributes', () => {
  it('that may not be created are named, with the command that creates them', async () => {
    await assert.rejects(ensureSearchAttributes(refusing(['SeiCluster', 'SeiNode', 'Other']), 'production', log), (error) => {
      assert.ok(error instanceof SearchAttributesMissingError);
      assert.equal(
        error.message,
        'Temporal namespace production lacks the search attributes SeiNamespace, SeiTaskKind, SeiTaskOutcome, and they could not be created. ' +
          'Run: temporal operator search-attribute create --namespace production ' +
          '--name SeiNamespace --type Keyword --name SeiTaskKind --type Keyword --name SeiTaskOutcome --type Keyword',
      );
      return true;
    });
  });

  it('that are there need no right to create any', async () => {
    await ensureSearchAttributes(refusing(NAMES), 'production', log);
  });

  describe('in a Temporal namespace that has none', () => {
    let environment: TestEnvironment;
    let namespace: string;

    before(async () => {
      environment = await TestEnvironment.create();
      namespace = `fresh-${randomBytes(5).toString('hex')}`;
      await temporal('namespace', 'create', '--namespace', namespace);
    });

    after(() => environment.stop());

    async function temporal(...operatorCommand: string[]): Promise<string> {
      const { temporal: binary } = await findBinaries(process.env, () => {});
      const { address } = environment.servers.temporal;
      const { stdout } = await promisify(execFile)(binary, ['operator', ...operatorCommand, '--address', address, '--output', 'json']);
      return stdout;
    }

    async function names(): Promise<string[]> {
      const listed = await temporal('search-attribute', 'list', '--namespace', namespace);
      return NAMES.filter((name) => new RegExp(`"${name}": *"(INDEXED_VALUE_TYPE_)?KEYWORD"`, 'i').test(listed));
    }

    it('are created by the service, which says so and then works', async () => {
      await eventually('the namespace can be used', async () => (await names()).length === 0);
      const service = await environment.startService({ TEMPORAL_NAMESPACE: namespace });
      assert.deepEqual(await names(), NAMES);
      const line = (await logLines(service.logFile)).find(({ message }) => message === 'Search attributes created');
      assert.deepEqual([line?.['namespace'], line?.['names']], [namespace, NAMES]);
      const node = await environment.addNode('fresh');
      await environment.restart('fresh', 'fresh');
      assertComplete(await environment.finished('fresh'));
      assert.equal(node.sigtermsReceived, 1);
    });
  });
});
