import type { Log } from '../api/log.ts';
import type { Metrics } from '../api/metrics.ts';
import { cancelReasonOf } from '../api/provenance.ts';
import { isTerminalRunbook } from '../api/runbook-phases.ts';
import type { RunbookStatus, SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import type { RunbookCommand, RunbookSettings } from '../api/temporal/runbook-input.ts';
import type { SpecVersion } from '../api/temporal/spec-version.ts';
import { runbookEvent } from '../core/runbook/runbook-event.ts';
import { runbookKeyFields } from '../core/runbook/runbook-fields.ts';
import type { RunbookView } from '../core/runbook/runbook-view.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { writeRunbookStatus } from '../kubernetes/write-runbook-status.ts';
import { lifetimeLeft } from './finished-tasks.ts';
import { OpenWorkflows } from './open-workflows.ts';
import type { Reconciler, ReconcilerHost } from './resource-bridge.ts';
import type { RunbookEnd, RunbookWorkflows } from './runbook-workflows.ts';

export interface RunbookReconcilerOptions extends ReconcilerHost {
  readonly runbooks: ResourceClient<SeiNodeRunbook>;
  readonly workflows: RunbookWorkflows;
  readonly events: EventRecorder;
  /** Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
  readonly log: Log;
}

/** What is remembered of a runbook, so that Temporal is not asked on every reconcile. */
interface Known {
  /** Generation of the spec that was last sent to the workflow. */
  readonly sentGeneration?: number;
  /** The spec whose sending has failed. Unset: the last one was sent. */
  readonly unsent?: SpecVersion | undefined;
  /** Id of the last command that was sent. */
  readonly sentControl?: string;
  readonly isCancelled?: boolean;
}

/**
 * Reconciles one SeiNodeRunbook with its workflow: starts it once, sends edits of the spec and commands, repairs the
 * status when the workflow closed without writing it, and cancels the workflow of a runbook that is gone.
 */
export class RunbookReconciler implements Reconciler<SeiNodeRunbook> {
  readonly #options: RunbookReconcilerOptions;
  readonly #known = new Map<string, Known>();
  readonly #open = new OpenWorkflows();

  constructor(options: RunbookReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(workflowId: string, runbook: SeiNodeRunbook): Promise<void> {
    if (isTerminalRunbook(runbook.status?.phase)) await this.#finish(workflowId, runbook);
    else await this.#carryOn(workflowId, runbook);
  }

  async cancelOrphan(workflowId: string): Promise<void> {
    if (await this.#options.workflows.cancel(workflowId))
      this.#options.log('OrphanCancelled', runbookKeyFields(workflowId));
  }

  drop(workflowId: string): void {
    this.#known.delete(workflowId);
    this.#open.drop(workflowId);
  }

  forget(workflowId: string): void {
    this.#open.forget(workflowId);
  }

  noteOpen(workflowId: string, listedAtMs: number): void {
    this.#open.noteOpen(workflowId, listedAtMs);
  }

  async #carryOn(workflowId: string, runbook: SeiNodeRunbook): Promise<void> {
    const readAtMs = Date.now();
    if (this.#open.isDue(workflowId)) {
      const isNew = runbook.status === undefined && !this.#open.has(workflowId);
      const state = await this.#options.workflows.start(runbook);
      if (state === 'closed') return await this.#repair(workflowId, runbook);
      if (isNew) this.#options.log('RunbookStarted', runbookKeyFields(workflowId));
      this.#open.setOpen(workflowId, Date.now());
    }
    await this.#cancel(workflowId, runbook);
    await this.#sendSettings(workflowId, runbook, readAtMs);
    await this.#sendControl(workflowId, runbook);
  }

  /** One that is being deleted counts as deleted: a finalizer may keep it. */
  async #cancel(workflowId: string, { metadata }: SeiNodeRunbook): Promise<void> {
    const why = cancelReasonOf(metadata);
    if (why === undefined || this.#known.get(workflowId)?.isCancelled) return;
    await this.#options.workflows.cancel(workflowId);
    this.#remember(workflowId, { isCancelled: true });
    this.#options.log('RunbookCancelRequested', { ...runbookKeyFields(workflowId), why });
  }

  /** A generation that is lower than the last one is sent, too: the API server was restored from a backup. */
  async #sendSettings(
    workflowId: string,
    { metadata, spec = {}, status }: SeiNodeRunbook,
    readAtMs: number,
  ): Promise<void> {
    const { generation = 1 } = metadata;
    const { sentGeneration = status?.observedGeneration ?? 1, unsent } = this.#known.get(workflowId) ?? {};
    if (generation === sentGeneration) return;
    // Each attempt sends the same, so that Temporal recognizes the update.
    const version = unsent?.generation === generation ? unsent : { generation, readAtMs };
    this.#remember(workflowId, { unsent: version });
    await this.#options.workflows.sendSettings(workflowId, { ...version, ...editableIn(spec) });
    this.#remember(workflowId, { sentGeneration: generation, unsent: undefined });
  }

  async #sendControl(workflowId: string, { metadata, spec = {}, status }: SeiNodeRunbook): Promise<void> {
    const command = spec['control'] as RunbookCommand | undefined;
    if (command === undefined || command.id === status?.control?.id) return;
    if (command.id === this.#known.get(workflowId)?.sentControl) return;
    await this.#options.workflows.sendControl(workflowId, { ...command, isFromSpec: true }, metadata.generation ?? 1);
    this.#remember(workflowId, { sentControl: command.id });
    this.#options.log('RunbookCommandSent', { ...runbookKeyFields(workflowId), verb: command.verb });
  }

  /** The workflow is closed and the status has no end: its outcome is written again. */
  async #repair(workflowId: string, runbook: SeiNodeRunbook): Promise<void> {
    const end = (await this.#options.workflows.endOf(workflowId)) ?? TERMINATED;
    const { runbooks, metrics } = this.#options;
    const context = { atMs: Date.now() };
    const { outcome } = await writeRunbookStatus(
      runbooks,
      { runbook: runbook.metadata, viewOf: (status) => endedView(status, end), context },
      metrics,
    );
    if (outcome === 'written') this.#record(runbook.metadata, end);
    this.#options.log('RunbookStatusRepaired', {
      ...runbookKeyFields(workflowId),
      phase: end.phase,
      reason: end.reason,
    });
  }

  /** The workflow records its end itself; this one could not. In the background: nothing depends on it. */
  #record({ namespace, name, uid }: SeiNodeRunbook['metadata'], { phase, reason, message }: RunbookEnd): void {
    const { events, log } = this.#options;
    const event = runbookEvent({ namespace, name, uid }, { phase, reason, note: message, key: `${phase}/${reason}` });
    events.record(event).catch((error: unknown) => log('EventNotRecorded', { error }));
  }

  async #finish(workflowId: string, { metadata, spec = {}, status }: SeiNodeRunbook): Promise<void> {
    this.drop(workflowId);
    const seconds = spec['ttlSecondsAfterFinished'];
    if (typeof seconds !== 'number') return;
    const leftMs = lifetimeLeft(status?.completedAt, 1_000 * seconds, Date.now());
    if (leftMs === undefined) return;
    if (leftMs > 0) return this.#options.reconcileAfter(workflowId, leftMs);
    const { namespace, name, uid, resourceVersion } = metadata;
    await this.#options.runbooks.delete(namespace, name, { preconditions: { uid, resourceVersion } });
    this.#options.log('RunbookDeleted', runbookKeyFields(workflowId));
  }

  #remember(workflowId: string, known: Known): void {
    this.#known.set(workflowId, { ...this.#known.get(workflowId), ...known });
  }
}

function editableIn({
  paused,
  skipNodes,
}: NonNullable<SeiNodeRunbook['spec']>): Omit<RunbookSettings, keyof SpecVersion> {
  return { paused: paused === true, skipNodes: Array.isArray(skipNodes) ? skipNodes.map(String) : [] };
}

const TERMINATED: RunbookEnd = {
  phase: 'Failed',
  reason: 'WorkflowTerminated',
  message:
    'The workflow of the runbook was ended from outside. The node at hand may still be restarting. Check the nodes, then create a new runbook for the rest.',
};

/** What the status had, with the end. */
function endedView(status: RunbookStatus = {}, { phase, reason, message }: RunbookEnd): RunbookView {
  const { current: _current, estimatedCompletion: _estimate, conditions: _conditions, ...rest } = status;
  return { ...rest, phase, reason: reason as RunbookView['reason'], message };
}
