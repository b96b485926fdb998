import { activityInfo, type Context } from '@temporalio/activity';
import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { isTerminalRunbook } from '../../api/runbook-phases.ts';
import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import type { MirrorTarget } from '../../api/temporal/task-input.ts';
import type { RunbookView } from '../../core/runbook/runbook-view.ts';
import { workflowUrl } from '../../core/workflow-url.ts';
import type { RecordedEvent } from '../../kubernetes/event-recorder.ts';
import { writeRunbookStatus } from '../../kubernetes/write-runbook-status.ts';
import type { WaitClock } from './await-start.ts';
import type { RunbookDependencies } from './runbook-dependencies.ts';

/** How often the workflow is asked: at first, and when nothing changes, in milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** What is told as a warning. */
const WARNINGS: readonly string[] = ['NeedsOperator', 'Failed', 'Aborted'];

type MirrorDependencies = Pick<RunbookDependencies, 'runbooks' | 'events' | 'log' | 'temporalUiUrl' | 'metrics'>;

/** Writes what a workflow shows into the status of its resource, for as long as both exist. */
export class RunbookMirror {
  readonly #dependencies: MirrorDependencies;
  readonly #runbook: MirrorTarget;
  #written: SeiNodeRunbook | undefined;

  constructor(dependencies: MirrorDependencies, runbook: MirrorTarget) {
    this.#dependencies = dependencies;
    this.#runbook = runbook;
  }

  /** @param ask - Asks the workflow for its view. A failure is retried. */
  async follow(ask: () => Promise<RunbookView>, clock: WaitClock): Promise<'gone' | 'terminal'> {
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      const outcome = await this.#tryOnce(ask, clock.signal);
      if (outcome === 'gone' || outcome === 'terminal') return outcome;
      pauseMs = outcome === 'written' ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 1.3);
      await clock.sleep(pauseMs);
    }
  }

  async #tryOnce(
    ask: () => Promise<RunbookView>,
    signal: AbortSignal,
  ): Promise<'gone' | 'terminal' | 'written' | 'unchanged' | 'failed'> {
    try {
      return await this.write(await ask(), signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#logFailure(error);
      return 'failed';
    }
  }

  /** @throws KubernetesError when the API server did not accept the status. */
  async write(view: RunbookView, signal: AbortSignal): Promise<'gone' | 'terminal' | 'written' | 'unchanged'> {
    const { runbooks, temporalUiUrl, metrics } = this.#dependencies;
    const before = this.#written?.status;
    const context = { atMs: Date.now(), workflow: ownWorkflow(temporalUiUrl) };
    const write = { runbook: this.#runbook, viewOf: () => view, context, current: this.#written, signal };
    const result = await writeRunbookStatus(runbooks, write, metrics);
    if (result.outcome === 'gone') return 'gone';
    this.#written = result.object;
    const { status } = result.object;
    if (result.outcome === 'written' && isOtherReason(before, status)) await this.#record(view, signal);
    return result.outcome === 'unchanged' && isTerminalRunbook(status?.phase) ? 'terminal' : result.outcome;
  }

  async #record({ phase, reason, message, revision = 0 }: RunbookView, signal: AbortSignal): Promise<void> {
    const { group, version, kind } = SEI_NODE_RUNBOOK;
    const event: RecordedEvent = {
      regarding: { apiVersion: `${group}/${version}`, kind, ...this.#runbook },
      type: WARNINGS.includes(phase) || reason === 'ChainHalted' ? 'Warning' : 'Normal',
      reason,
      action: phase,
      note: message,
      key: `${phase}/${reason}/${revision}`,
      signal,
    };
    await this.#dependencies.events.record(event).catch((error: unknown) => this.#logFailure(error));
  }

  #logFailure(error: unknown): void {
    const { namespace, name } = this.#runbook;
    this.#dependencies.log('RunbookNotMirrored', { runbook: `${namespace}/${name}`, error });
  }
}

function isOtherReason(before: RunbookStatus | undefined, after: RunbookStatus | undefined): boolean {
  return before?.phase !== after?.phase || before?.reason !== after?.reason;
}

/** Asks the workflow that scheduled this activity what it shows. */
export async function askForView({ client, info }: Pick<Context, 'client' | 'info'>): Promise<RunbookView> {
  const { workflowId = '' } = info.workflowExecution ?? {};
  return await client.workflow.getHandle(workflowId).query<RunbookView>('view');
}

function ownWorkflow(temporalUiUrl: string | undefined): RunbookStatus['workflow'] {
  const { workflowExecution, workflowNamespace: namespace } = activityInfo();
  if (workflowExecution === undefined || namespace === undefined) return undefined;
  const { workflowId: id, runId } = workflowExecution;
  return { id, runId, namespace, ...workflowUrl(temporalUiUrl, { id, runId, namespace }) };
}
