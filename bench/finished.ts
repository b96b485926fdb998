import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { workflowIdOf } from '../api/temporal/workflow-id.ts';
import { withoutUnread } from '../crd-bridge/finished-tasks.ts';
import { ObjectStore } from '../kubernetes/object-store.ts';
import type { Options } from './arguments.ts';
import { resultOf, type Result } from './result.ts';
import type { BenchRun } from './start-bench-stack.ts';

const BYTES_PER_KIB = 1_024;

/** Measures what a finished task takes in the bridge's memory, and what it would take as a whole. Needs no servers. */
export async function measureFinished({ tasks }: Options<'finished'>, { progress }: BenchRun): Promise<Result[]> {
  const kept = heapPerTask(tasks, withoutUnread);
  const whole = heapPerTask(tasks, (task) => task);
  progress(`${tasks} finished tasks: ${((kept * tasks) / BYTES_PER_KIB).toFixed(1)} MB of heap`);
  return [
    resultOf({ metric: 'heap per finished task in the bridge', unit: 'KiB', value: kept }),
    resultOf({ metric: 'the same, if the whole task were kept', unit: 'KiB', value: whole }),
  ];
}

/** @returns In KiB. */
function heapPerTask(tasks: number, trim: (task: SeiNodeTask) => SeiNodeTask): number {
  const store = new ObjectStore<SeiNodeTask>();
  const before = heapInUse();
  for (let index = 0; index < tasks; index++) store.set(trim(JSON.parse(finishedTask(index))));
  const after = heapInUse();
  if (store.list().length !== tasks) throw new Error('Not every task was stored.');
  return (after - before) / tasks / BYTES_PER_KIB;
}

/** After a full garbage collection, in bytes. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('V8 offers no garbage collection.');
  collect();
  return process.memoryUsage().heapUsed;
}

/** A RestartSeid that `kubectl apply` created and this service carried out, as the API server sends it. */
function finishedTask(index: number): string {
  const time = '2026-11-28T07:00:00Z';
  const metadata = {
    name: `restart-syncer-${index}`,
    namespace: 'arctic-1',
    uid: `5f0c6a52-9d0e-4b6a-8f0e-${String(index).padStart(12, '0')}`,
    resourceVersion: String(1_000_000 + index),
    generation: 1,
    creationTimestamp: time,
    annotations: { 'sei.io/requested-by': 'alice@example.com', 'sei.io/reason': 'memory leak' },
    // Its `fieldsV1`, which the reflector drops in any case, is left out.
    managedFields: ['kubectl-client-side-apply', 'sei-node-tasks'].map((manager) => ({
      manager,
      operation: 'Update',
      apiVersion: 'sei.io/v1alpha1',
      time,
      fieldsType: 'FieldsV1',
      ...(manager === 'sei-node-tasks' && { subresource: 'status' }),
    })),
  };
  const spec = {
    kind: 'RestartSeid',
    target: { nodeRef: { name: `syncer-${index}` }, requirePhase: 'Running', requirePhaseTimeout: '5m' },
    restartSeid: {},
  };
  const applied = JSON.stringify({ apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeTask', metadata: {}, spec });
  const annotations = { ...metadata.annotations, 'kubectl.kubernetes.io/last-applied-configuration': applied };
  const message =
    `The sidecar of SeiNode arctic-1/syncer-${index} reported the restart complete: seid's RPC serves again. seid may ` +
    'still be catching up. Follow with AwaitNodesAtHeight before you rely on it.';
  const ends = ['Ready', 'Finished'].map((type) => ({ type, reason: 'TaskComplete', message }));
  const ready = { type: 'TargetReady', reason: 'PhaseMet', message: 'The SeiNode is Running.' };
  const conditions = [ready, ...ends].map((condition) => ({
    ...condition,
    status: 'True',
    observedGeneration: 1,
    lastTransitionTime: time,
  }));
  const status = {
    observedGeneration: 1,
    phase: 'Complete',
    startedAt: time,
    phaseTransitionTime: time,
    task: { id: metadata.uid, status: 'Complete', submittedAt: time, executionStartedAt: time },
    reason: 'TaskComplete',
    message,
    completedAt: time,
    duration: '42s',
    workflow: { id: workflowIdOf(metadata), runId: metadata.uid, namespace: 'default' },
    conditions,
  };
  return JSON.stringify({
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeTask',
    metadata: { ...metadata, annotations },
    spec,
    status,
  });
}
