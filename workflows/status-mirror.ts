import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { MirrorRequest, MirrorResult, MirrorSubject } from '../activities/mirror-status.ts';
import { resourceAlreadyTerminal, resourceGone } from '../api/cancel-verdicts.ts';
import type { Progress } from '../api/progress.ts';
import type { Provenance } from '../api/provenance.ts';
import type { StatusUpdate } from '../api/status-update.ts';
import type { EventNode } from '../api/task-events.ts';
import { taskInputSchema, type MirrorTarget } from '../api/task-input.ts';
import type { Verdict } from '../api/verdict.ts';
import { INTERMEDIATE_MIRROR, SINGLE_CALL } from './activity-options.ts';

const { mirrorStatus: mirrorIntermediate } = proxyLocalActivities<Activities>({ ...INTERMEDIATE_MIRROR, summary: 'Write the status' });
const { mirrorStatus: mirrorFinal } = proxyActivities<Activities>({ ...SINGLE_CALL, summary: 'Write the verdict' });

/** The resource to report to, also when the rest of the input cannot be read. */
function mirrorTargetOf(input: unknown): MirrorTarget | undefined {
  const mirrorTo = taskInputSchema.shape.mirrorTo.safeParse((input as { mirrorTo?: unknown } | undefined)?.mirrorTo);
  return mirrorTo.success ? mirrorTo.data : undefined;
}

export type Recorded = Omit<MirrorResult, 'outcome'>;

/** The resource that a task reports to; without one nothing is written. */
export class StatusMirror {
  provenance: Provenance = {};
  /** Set once the SeiNode has been seen: its Events need its uid. */
  node: EventNode | undefined;
  readonly #mirrorTo: MirrorTarget | undefined;
  readonly #kind: string;

  constructor(kind: string, input: unknown) {
    this.#kind = kind;
    this.#mirrorTo = mirrorTargetOf(input);
  }

  get subject(): MirrorSubject | undefined {
    if (this.#mirrorTo === undefined) return undefined;
    return { mirrorTo: this.#mirrorTo, kind: this.#kind, node: this.node, provenance: this.provenance };
  }

  /**
   * Writes a step into the resource's status.
   *
   * @returns What the status records by then, or the verdict when the task must not go on: its resource is gone or has
   * reached its end.
   */
  async step(update: Exclude<StatusUpdate, { step: 'finished' }>): Promise<Recorded | { readonly verdict: Verdict }> {
    const { subject } = this;
    if (subject === undefined) return {};
    const { outcome, ...recorded } = await mirrorIntermediate({ ...subject, update, atMs: Date.now() });
    if (outcome === 'continue') return recorded;
    return { verdict: outcome === 'gone' ? resourceGone() : resourceAlreadyTerminal() };
  }

  /** What an activity that waits writes once it has waited for a moment. */
  announcement(progress: Progress): MirrorRequest | undefined {
    return this.subject && { ...this.subject, update: { step: 'working', progress }, atMs: Date.now() };
  }

  async verdict(verdict: Verdict): Promise<void> {
    const { subject } = this;
    if (subject === undefined) return;
    await mirrorFinal({ ...subject, update: { step: 'finished', verdict }, atMs: Date.now() });
  }
}
