import { activityInfo } from '@temporalio/activity';
import type { Log, LogFields } from '../api/log.ts';
import type { MirrorRequest } from '../core/activities.ts';
import type { Metrics } from '../api/metrics.ts';
import { present } from '../lib/present.ts';
import { provenanceText } from '../api/provenance.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import type { StatusChange, WorkflowReference } from '../core/next-status.ts';
import { verdictEvents, waitingEvent, type EventSubjects } from '../core/task-events.ts';
import { taskFields, verdictFields } from '../core/task-fields.ts';
import { begunOf, type BegunTask, type MirrorTarget, type TaskIdentity } from '../api/temporal/task-input.ts';
import { workflowUrl } from '../core/workflow-url.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import type { TaskStatusWriter } from '../kubernetes/task-status-writer.ts';
import type { StatusUpdateResult } from '../kubernetes/update-status.ts';
import { ownWorkflowId } from './own-workflow-id.ts';

/** Maximum number of attempts to record the Events of a verdict: they only repeat what the status says. */
const EVENT_ATTEMPTS = 3;

export interface MirrorDependencies {
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly statuses: TaskStatusWriter;
  readonly events: EventRecorder;
  /** Its lines name workflow and run. */
  readonly log: Log;
  /** Unset: `status.workflow` has no link. */
  readonly temporalUiUrl: string | undefined;
  /** Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
}

/** Result of a status write. */
export interface Recorded {
  /** `gone`: the resource no longer exists. `terminal`: it was already terminal. In both cases nothing is written. */
  readonly outcome: 'written' | 'gone' | 'terminal';
  /** What became of the write itself. Unset: the run has no resource. */
  readonly write?: StatusUpdateResult<SeiNodeTask>['outcome'];
  /** The written status, which an earlier attempt or another controller may have written before. */
  readonly executionStartedAt?: string;
  readonly targetFirstObservedAt?: string;
  /** `status.task`, when it names a task that was started. */
  readonly begun?: BegunTask;
}

/**
 * Writes a change into the resource's status. Does nothing for a run without a resource.
 *
 * @param atMs - When it happened, in milliseconds since the epoch.
 * @throws KubernetesError when the API server did not accept it.
 */
export async function writeStatus(
  dependencies: MirrorDependencies,
  task: TaskIdentity,
  { change, atMs }: { readonly change: StatusChange; readonly atMs: number },
  signal: AbortSignal,
): Promise<Recorded> {
  const { mirrorTo } = task;
  if (mirrorTo === undefined) return { outcome: 'written' };
  const context = {
    atMs,
    workflow: ownWorkflow(dependencies.temporalUiUrl),
    provenance: provenanceText(task.provenance),
    ...present({ generation: task.generation }),
  };
  const result = await dependencies.statuses.write({ task: mirrorTo, change, context, signal });
  dependencies.log('StatusWritten', { ...taskFields(task), step: change.step, statusWrite: result.outcome });
  const write = result.outcome;
  if (result.outcome === 'gone') return { outcome: 'gone', write };
  const { phase, task: begun, targetFirstObservedAt } = result.object.status ?? {};
  if (change.step !== 'finished' && isTerminal(phase)) return { outcome: 'terminal', write };
  if (change.step === 'waiting')
    recordEvents(dependencies, [waitingEvent(mirrorTo, change.reason, change.progress.message)]);
  return {
    outcome: 'written',
    write,
    ...begunOf(result.object),
    ...present({ executionStartedAt: begun?.executionStartedAt, targetFirstObservedAt }),
  };
}

/**
 * Writes the verdict into the resource's status, and records an Event on the resource and on its node.
 *
 * @returns The task in the status, when it was started and the verdict does not know that. The verdict is then not
 * written.
 * @throws KubernetesError when the API server did not accept the status. A failed Event is only logged.
 */
export async function mirrorStatus(
  dependencies: MirrorDependencies,
  request: MirrorRequest,
  signal: AbortSignal,
): Promise<BegunTask | undefined> {
  const { task, verdict, endedAtMs: atMs, submittedAtMs, unbegun } = request;
  if (unbegun && task.mirrorTo !== undefined) {
    const begun = await begunBefore(dependencies, task.mirrorTo, signal);
    if (begun !== undefined) return begun;
  }
  const change = { step: 'finished', verdict, submittedAtMs } as const;
  const { write } = await writeStatus(dependencies, task, { change, atMs }, signal);
  const events = verdictEvents(subjectsOf(task), verdict);
  if (activityInfo().attempt < EVENT_ATTEMPTS)
    await Promise.all(events.map((event) => dependencies.events.record(event)));
  else recordEvents(dependencies, events);
  dependencies.log(verdict.phase === 'Complete' ? 'VerdictComplete' : 'VerdictFailed', {
    ...taskFields(task),
    ...verdictFields(verdict),
    ...present({ statusWrite: write, ...durations(request) }),
  });
  return undefined;
}

function durations({ endedAtMs, workflowStartedAtMs, startedAtMs }: MirrorRequest): LogFields {
  const since = (fromMs: number | undefined): number | undefined =>
    fromMs && Math.max(0, Math.round(endedAtMs - fromMs));
  return { durationMs: since(workflowStartedAtMs), executionMs: since(startedAtMs) };
}

/**
 * Finds a task that a Temporal server, restored from a backup, no longer knows. It is not sent again, unless it is an
 * image.
 */
async function begunBefore(
  { tasks }: MirrorDependencies,
  { namespace, name, uid }: MirrorTarget,
  signal: AbortSignal,
): Promise<BegunTask | undefined> {
  const resource = await tasks.get(namespace, name, { signal });
  if (resource?.metadata.uid !== uid || isTerminal(resource.status?.phase)) return undefined;
  const { begun } = begunOf(resource);
  return begun && { ...begun, onlyWatched: true };
}

/** The objects that the Events of a task are about, and who requested the task. */
export function subjectsOf({ mirrorTo, partOf, kind, node, taskId, provenance }: TaskIdentity): EventSubjects {
  const { namespace, name, uid } = node;
  return {
    task: mirrorTo,
    runbook: partOf,
    workflowId: ownWorkflowId(),
    taskId,
    kind,
    node: uid === undefined ? undefined : { namespace, name, uid },
    provenance: provenanceText(provenance),
  };
}

function ownWorkflow(temporalUiUrl: string | undefined): WorkflowReference | undefined {
  const { workflowExecution, workflowNamespace: namespace } = activityInfo();
  if (workflowExecution === undefined || namespace === undefined) return undefined;
  const { workflowId: id, runId } = workflowExecution;
  return { id, runId, namespace, ...workflowUrl(temporalUiUrl, { id, runId, namespace }) };
}

/** Records in the background: nothing depends on it. */
export function recordEvents(
  { events, log }: Pick<MirrorDependencies, 'events' | 'log'>,
  recorded: readonly Parameters<EventRecorder['record']>[0][],
): void {
  for (const event of recorded) {
    events.record(event).catch((error: unknown) => log('EventNotRecorded', { error }));
  }
}
