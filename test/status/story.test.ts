import assert from 'node:assert/strict';
import { RestartSeid } from '../../api/kinds/restart-seid.ts';
import { provenanceText } from '../../api/provenance.ts';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { TaskWatch } from '../../dev/task-watch.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const UI = 'https://temporal.example';
/** Design §4; one more for a task that has to wait. */
const MOST_WRITES = 4;

describe('the status of a slow restart that has to wait', () => {
  let environment: TestEnvironment;
  let task: SeiNodeTask;
  let written: readonly SeiNodeTaskStatus[];

  before(async () => {
    environment = await TestEnvironment.create({ service: { TEMPORAL_UI_URL: `${UI}/` } });
    await environment.startService();
    const watch = environment.added.use(await TaskWatch.start(environment.admin, environment.namespace));
    written = watch.statusesOf('slow');
    await environment.addNode('slow', { phase: 'Initializing', faults: { slowStopMs: 2_000 } });
    const { code, stderr } = await environment.kubectl(['create', '--field-manager', 'a-test', '-f', '-'], MANIFEST);
    assert.equal(code, 0, stderr);
    await environment.taskWhere('slow', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
    await environment.setPhase('slow', 'Running');
    task = await environment.finished('slow');
    await eventually('the watch sees the end', () => written.at(-1)?.phase === 'Complete');
  });

  after(() => environment.stop());

  it('names each step, in few writes', () => {
    assertComplete(task);
    assert.ok(written.length <= MOST_WRITES, `${written.length} writes`);
    assert.deepEqual(
      written.map(({ phase, step, reason }) => [phase, step, reason]),
      [
        ['Pending', 'WaitingForTarget', 'PhaseNotMet'],
        ['Running', 'Dispatching', undefined],
        ['Running', 'Restarting', undefined],
        ['Complete', undefined, 'TaskComplete'],
      ],
    );
  });

  it('says in one sentence what happens, who requested it and why', () => {
    const asked = provenanceText({ createdWith: 'a-test', why: 'memory leak' });
    assert.ok(
      written.every(({ message }) => message?.endsWith(asked)),
      JSON.stringify(written.map(({ message }) => message)),
    );
    assert.match(
      written[0]?.message ?? '',
      messagePattern('PhaseNotMet', 'waiting', { phase: 'Initializing', required: 'Running', timeout: '5m0s' }),
    );
    const result = RestartSeid.complete({ node: { namespace: environment.namespace, name: 'slow' }, payload: {} });
    assert.equal(task.status?.message, `${result} ${asked}`);
  });

  it('names the workflow, its run and where to see it', async () => {
    const { workflowId, runId } = await environment.workflowOf(task).describe();
    const { namespace } = environment.servers.temporal;
    assert.deepEqual(task.status?.workflow, {
      id: workflowId,
      runId,
      namespace,
      url: `${UI}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`,
    });
    assert.equal(written[0]?.workflow?.id, workflowId);
  });

  it('says when it ended and how long it took', () => {
    const { startedAt = '', completedAt = '', duration = '' } = task.status ?? {};
    const seconds = (Date.parse(completedAt) - Date.parse(startedAt)) / 1_000;
    assert.ok(seconds >= 2, `${seconds} s`);
    assert.match(duration, /^(\d+m)?\d+s$/);
  });

  it('is listed with kubectl get sei', async () => {
    const { stdout } = await environment.kubectl(['get', 'sei', '-o', 'name']);
    assert.deepEqual(stdout.trim().split('\n'), ['seinode.sei.io/slow', 'seinodetask.sei.io/slow']);
  });
});

const MANIFEST = `
apiVersion: sei.io/v1alpha1
kind: SeiNodeTask
metadata: {name: slow, annotations: {sei.io/reason: memory leak}}
spec: {kind: RestartSeid, target: {nodeRef: {name: slow}}, restartSeid: {}}
`;
