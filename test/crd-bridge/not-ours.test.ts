import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('a task that does not belong to the service', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService({ TASK_SELECTOR: 'team in (a)' });
  });

  after(() => environment.stop());

  async function create(
    name: string,
    { namespace = environment.namespace, team }: { namespace?: string; team?: string } = {},
  ): Promise<SeiNodeTask> {
    return await environment.tasks.create(namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: SEI_NODE_TASK.kind,
      metadata: { name, ...(team === undefined ? {} : { labels: { team } }) },
      spec: { kind: 'RestartSeid', target: { nodeRef: { name } }, restartSeid: {} },
    });
  }

  it('is carried out when it gets the label', async () => {
    const node = await environment.addNode('labelled');
    await create('labelled');
    // A later task of the service shows that its bridge has passed this one by.
    await create('later', { team: 'a' });
    await environment.finished('later');
    assert.equal((await environment.tasks.get(environment.namespace, 'labelled'))?.status, undefined);
    const { code, stderr } = await environment.kubectl(['label', 'snt', 'labelled', 'team=a']);
    assert.equal(code, 0, stderr);
    assertComplete(await environment.finished('labelled'));
    assert.equal(node.sigtermsReceived, 1);
  });

  it('is not carried out in a namespace that is not watched', async () => {
    const namespace = `test-${randomBytes(5).toString('hex')}`;
    await environment.kubectl(['create', 'namespace', namespace]);
    await create('elsewhere', { namespace, team: 'a' });
    await create('here', { team: 'a' });
    await environment.finished('here');
    assert.equal((await environment.tasks.get(namespace, 'elsewhere'))?.status, undefined);
  });

  it('is not cancelled by the annotation, and gets no Event', async () => {
    await create('foreign');
    await environment.kubectl(['annotate', 'snt', 'foreign', 'sei.io/cancel=no']);
    await create('own', { team: 'a' });
    await environment.finished('own');
    assert.equal((await environment.tasks.get(environment.namespace, 'foreign'))?.status, undefined);
    const { stdout } = await environment.kubectl([
      'get',
      'events',
      '--field-selector',
      'involvedObject.name=foreign',
      '-o',
      'name',
    ]);
    assert.equal(stdout, '');
  });
});
