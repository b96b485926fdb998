import { activityInfo, log } from '@temporalio/activity';
import { present } from '../api/present.ts';
import { provenanceText, type Provenance } from '../api/provenance.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import { statusWrite, type StatusUpdate, type WorkflowReference } from '../api/status-update.ts';
import { dispatchedEvents, verdictEvents, waitingEvent, type EventNode } from '../api/task-events.ts';
import { begunOf, type BegunTask, type MirrorTarget } from '../api/task-input.ts';
import type { Verdict } from '../api/verdict.ts';
import { workflowUrl } from '../api/workflow-url.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { updateStatus } from '../kubernetes/update-status.ts';

/** Attempts that the Events of a verdict are worth: they tell again what the status says already. */
const EVENT_ATTEMPTS = 3;

/** What all updates of one task have in common. */
export interface MirrorSubject {
  readonly mirrorTo: MirrorTarget;
  readonly kind: string;
  readonly node?: EventNode | undefined;
  readonly provenance: Provenance;
}

export interface MirrorRequest extends MirrorSubject {
  readonly update: StatusUpdate;
  /** When it happened, in milliseconds since the epoch. */
  readonly atMs: number;
}

export interface MirrorResult {
  /** `gone`: the resource does not exist any more. `terminal`: it had reached its end already. Neither is written. */
  readonly outcome: 'continue' | 'gone' | 'terminal';
  /** What the status records, which an earlier attempt or another controller may have written. */
  readonly executionStartedAt?: string;
  readonly targetFirstObservedAt?: string;
  /** The task that the status says was begun. */
  readonly begun?: BegunTask;
}

export interface MirrorDependencies {
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly events: EventRecorder;
  /** Absent = status holds no links. */
  readonly temporalUiUrl: string | undefined;
}

/**
 * Writes an update into the resource's status and records its Events.
 *
 * @throws KubernetesError when the API server did not take the status; Events only tell again what it says.
 */
export async function mirrorStatus(dependencies: MirrorDependencies, request: MirrorRequest, signal: AbortSignal): Promise<MirrorResult> {
  const { mirrorTo, update, atMs } = request;
  const context = { atMs, workflow: ownWorkflow(dependencies.temporalUiUrl), provenance: provenanceText(request.provenance) };
  const result = await updateStatus({ client: dependencies.tasks, ...mirrorTo, ...statusWrite(update, context), signal });
  if (result.outcome === 'gone') return { outcome: 'gone' };
  if (update.step === 'finished') {
    await recordVerdict(dependencies.events, request, update.verdict);
    return { outcome: 'continue' };
  }
  const { phase, task, targetFirstObservedAt } = result.object.status ?? {};
  if (isTerminal(phase)) return { outcome: 'terminal' };
  if (update.step === 'waiting') await recordEvents(dependencies.events, [waitingEvent(mirrorTo, update.reason, update.progress.message)]);
  return { outcome: 'continue', ...begunOf(result.object), ...present({ executionStartedAt: task?.executionStartedAt, targetFirstObservedAt }) };
}

async function recordVerdict(events: EventRecorder, subject: MirrorSubject, verdict: Verdict): Promise<void> {
  const recorded = verdictEvents(subjectsOf(subject), verdict);
  if (activityInfo().attempt >= EVENT_ATTEMPTS) return await recordEvents(events, recorded);
  await Promise.all(recorded.map((event) => events.record(event)));
}

/** Records that a task was sent. */
export async function recordDispatch(events: EventRecorder, subject: MirrorSubject, note: string): Promise<void> {
  await recordEvents(events, dispatchedEvents(subjectsOf(subject), note));
}

function subjectsOf({ mirrorTo, kind, node, provenance }: MirrorSubject): Parameters<typeof verdictEvents>[0] {
  return { task: mirrorTo, kind, node, provenance: provenanceText(provenance) };
}

function ownWorkflow(temporalUiUrl: string | undefined): WorkflowReference | undefined {
  const { workflowExecution, workflowNamespace: namespace } = activityInfo();
  if (workflowExecution === undefined || namespace === undefined) return undefined;
  const { workflowId: id, runId } = workflowExecution;
  return { id, runId, namespace, ...workflowUrl(temporalUiUrl, { id, runId, namespace }) };
}

async function recordEvents(events: EventRecorder, recorded: readonly Parameters<EventRecorder['record']>[0][]): Promise<void> {
  await Promise.all(
    recorded.map((event) => events.record(event).catch((error: unknown) => log.warn('Event not recorded; the status tells the same', { error }))),
  );
}
