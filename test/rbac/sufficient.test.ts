import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { CANCEL_ANNOTATION } from '../../api/provenance.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertComplete, assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { errorCodes, logLines } from '../support/log-lines.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const UNREACHABLE_HEIGHT = 1_000_000_000;

/** The whole suite runs as the account of ROLE=all; here each role has to do with its own. */
describe('a bridge and a worker, each with the rights of its own account,', () => {
  let environment: TestEnvironment;
  let services: readonly LocalService[];

  before(async () => {
    environment = await TestEnvironment.create();
    services = await Promise.all([
      environment.startService({ ROLE: 'bridge' }),
      environment.startService({ ROLE: 'worker' }),
    ]);
  });

  after(() => environment.stop());

  it('have a log and the token of their account, although they start at the same time', async () => {
    const { token } = environment.servers.kubernetes;
    const tokens = services.map(({ logFile }) => readFile(logFile.replace(/\.log$/, '.token'), 'utf8'));
    const account = 'system:serviceaccount:sei-system:sei-node-tasks';
    assert.deepEqual(await Promise.all(tokens), [token(`${account}-bridge`), token(`${account}-worker`)]);
    assert.equal(new Set(services.map(({ logFile }) => logFile)).size, services.length);
  });

  it('restart seid, write status and Events, and delete finished tasks', async () => {
    await environment.addNode('restarted');
    await environment.restart('restarted', 'restarted');
    assertComplete(await environment.finished('restarted'));
    await eventually('Events tell it', async () => {
      const { stdout } = await environment.kubectl(['events', '--for', 'seinodetask/restarted']);
      return ['Dispatched', 'TaskComplete'].every((reason) => stdout.includes(reason));
    });
    await environment.restart('short-lived', 'restarted', { ttlSecondsAfterFinished: 0 });
    await eventually(
      'it is deleted',
      async () => (await environment.tasks.get(environment.namespace, 'short-lived')) === undefined,
    );
  });

  it('send a parameter change', async () => {
    await environment.addNode('changed', { sidecarVersion: 'newer' });
    await createTaskOfKind(environment, 'changed', { kind: 'GovParamChange' });
    assertConfirmed(await environment.finished('changed'));
  });

  it('set an image', async () => {
    await environment.addNode('rolled-out', { spec: { image: 'sei:v8' }, status: { currentImage: 'sei:v9' } });
    await createTaskOfKind(environment, 'rolled-out', { kind: 'UpdateNodeImage' });
    assertComplete(await environment.finished('rolled-out'));
    const { stdout } = await environment.kubectl(['get', 'seinode', 'rolled-out', '--output=jsonpath={.spec.image}']);
    assert.equal(stdout, 'sei:v9');
  });

  it('take a cancelled wait off the sidecar, and cancel deleted tasks', async () => {
    for (const name of ['cancelled', 'deleted']) {
      const node = await environment.addNode(name);
      await createTaskOfKind(environment, name, {
        kind: 'AwaitNodesAtHeight',
        payload: { targetHeight: UNREACHABLE_HEIGHT },
      });
      await eventually('the sidecar has it', () => node.tasks.length === 1);
    }
    const { namespace, tasks } = environment;
    await tasks.patch(
      { namespace, name: 'cancelled' },
      { metadata: { annotations: { [CANCEL_ANNOTATION]: 'enough' } } },
    );
    assertFailed(await environment.finished('cancelled'), 'Cancelled', 'takenOff', { why: 'enough.' });
    await tasks.delete(namespace, 'deleted');
    for (const name of ['cancelled', 'deleted']) {
      await eventually('the sidecar has it no more', () => environment.fleet.node(namespace, name).tasks.length === 0);
    }
  });

  it('get no 403 from the API server and the sidecars', async () => {
    for (const { logFile } of services) {
      const codes = (await logLines(logFile)).flatMap(errorCodes);
      assert.deepEqual(
        codes.filter((code) => code === 'KUBERNETES_FORBIDDEN' || code === 'SIDECAR_FORBIDDEN'),
        [],
      );
    }
  });
});
