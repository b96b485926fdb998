import assert from 'node:assert/strict';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import type { ResourceClient } from '../../kubernetes/resource-client.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { eventually } from '../support/eventually.ts';
import { causesOf } from '../support/causes-of.ts';
import { OwnDefinition, schemaOf, type SchemaChange } from '../support/own-definition.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const target = { nodeRef: { name: 'syncer-0-0' } };
const restart = { kind: 'RestartSeid', target, restartSeid: {} };

/** As it once was: any edit was taken, and the value that a condition had observed was a string. */
const asItWas: SchemaChange = ({ spec, status }) => {
  delete spec['x-kubernetes-validations'];
  delete schemaOf(spec, 'target')['x-kubernetes-validations'];
  Object.assign(schemaOf(status, 'outputs', 'awaitCondition').properties, { observedValue: { type: 'string' } });
};

describe('a SeiNodeTask that was stored under an older CRD', () => {
  let environment: TestEnvironment;
  let tasks: ResourceClient<SeiNodeTask>;
  let namespace: string;

  before(async () => {
    environment = await TestEnvironment.create();
    ({ namespace } = environment);
    const definition = await OwnDefinition.serve(environment, asItWas);
    ({ tasks } = definition);
    await definition.create('probe', restart);
    await definition.create('plain', restart);
    await definition.create('two-payloads', { ...restart, markReady: {} });
    await definition.create('observed', {
      kind: 'AwaitCondition',
      target,
      awaitCondition: { height: { targetHeight: 1 } },
    });
    await tasks.patchStatus(
      { namespace, name: 'observed' },
      { status: { outputs: { awaitCondition: { observedValue: '7' } } } },
    );
    await definition.apply(() => undefined);
    await eventually('the newer CRD is served', refusesEdits);
  });

  after(() => environment.stop());

  async function refusesEdits(): Promise<boolean> {
    try {
      await tasks.patch({ namespace, name: 'probe' }, { spec: { target: { queueTimeout: '1m' } } }, { dryRun: true });
      return false;
    } catch (error) {
      return hasHttpStatus(error, 422);
    }
  }

  for (const name of ['plain', 'two-payloads', 'observed']) {
    it(`can still be labelled and written: ${name}`, async () => {
      await tasks.patch({ namespace, name }, { metadata: { labels: { team: 'a' } } });
      const { status } = await tasks.patchStatus({ namespace, name }, { status: { phase: 'Running' } });
      assert.equal(status?.phase, 'Running');
    });

    it(`cannot be edited: ${name}`, async () => {
      const edit = { spec: { target: { requirePhase: 'Failed' } } };
      const error = await tasks.patch({ namespace, name }, edit).catch((reason: unknown) => reason);
      assert.ok(causesOf(error).includes('spec.target Invalid'), causesOf(error).join(', '));
    });
  }

  for (const name of ['plain', 'observed']) {
    it(`can still get a timeout if it was valid: ${name}`, async () => {
      const { spec } = await tasks.patch(
        { namespace, name },
        { spec: { timeoutSeconds: 7, ttlSecondsAfterFinished: 8 } },
      );
      assert.equal(spec?.['timeoutSeconds'], 7);
    });
  }
});
