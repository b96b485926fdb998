import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  TerminatedFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { FailedVerdict, TaskOutcome } from '../../api/temporal/task-outcome.ts';
import type { RunbookNodeStep } from '../../api/runbook-phases.ts';
import { withNotice } from '../../core/progress.ts';
import type { FrozenNode, NodeResult } from '../../core/runbook/runbook-state.ts';
import type { RunbookPlan } from '../../core/runbook/plan-runbook.ts';
import type { GateProgress, GateResult } from '../../core/runbook/runbook-activities.ts';
import { formatDuration } from '../../lib/go-duration.ts';
import { markdown } from '../../lib/markdown.ts';
import { present } from '../../lib/present.ts';
import { gateOnce, holdNode, PATIENCE_MS, type HeldNode } from './held-node.ts';
import { restartSeid } from './restart-seid.ts';

/** One try at one node of a runbook. */
export interface GatedNodeInput {
  readonly plan: RunbookPlan;
  readonly node: FrozenNode;
  /** Of this workflow: the node's restart has it too. */
  readonly try: number;
  /** Height of the node before. Unset: not known. */
  readonly heightBefore?: number;
}

/** What the node's workflow tells the runbook's while it is at work. */
export interface NodeReport {
  readonly node: string;
  readonly step: RunbookNodeStep;
  /** Set when the chain was found halted: what was found. */
  readonly halted?: string;
}

/** From the workflow of a node to that of its runbook. */
export const reportNode = defineSignal<[NodeReport]>('reportNode');
/** From the workflow of a runbook to that of a node: an operator ends its gate. */
export const promoteGate = defineSignal('promoteGate');
/** From the workflow of a runbook to that of a node: it starts no further node, and ends with this one. */
export const runbookEnds = defineSignal('runbookEnds');

/**
 * Restarts one node of a runbook and waits at its gate, with the node's permit from before the restart to after the
 * gate. Never throws for a node that fails.
 *
 * @returns `held` when something was in the way of the restart, and nothing was sent.
 */
export async function RestartGatedNode(input: GatedNodeInput): Promise<NodeResult> {
  return await new GatedNode(input).run();
}

/** A node to which something was sent. */
type TriedNode = Exclude<NodeResult, { state: 'held' }>;

class GatedNode {
  readonly #input: GatedNodeInput;
  #isPromoted = false;
  #isEnding = false;
  /** What the gate has found so far. */
  #progress: GateProgress | undefined;
  #gate: CancellationScope | undefined;
  /** What was told with the restart. */
  #notice: string | undefined;

  constructor(input: GatedNodeInput) {
    this.#input = input;
    setHandler(promoteGate, () => {
      this.#isPromoted = true;
      this.#gate?.cancel();
    });
    setHandler(runbookEnds, () => {
      this.#isEnding = true;
      if (this.#isAbandoned) this.#gate?.cancel();
    });
  }

  /**
   * Whether the gate is not waited for any longer: nobody knows when a halted chain makes blocks again, and until then
   * somebody may have to restart the node by hand, which needs its permit.
   */
  get #isAbandoned(): boolean {
    return this.#isEnding && this.#progress?.isHalted === true;
  }

  async run(): Promise<NodeResult> {
    try {
      return await holdNode(this.#input, (held) => this.#steps(held), {
        atMostMs: PATIENCE_MS,
        otherwise: heldInQueue,
      });
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return this.#failed('Cancelled', 'The workflow of the node was cancelled. Check the node before you retry it.');
    }
  }

  async #steps(held: HeldNode): Promise<NodeResult> {
    await this.#report({ step: 'Restarting' });
    const failure = await this.#restart(held);
    if (failure !== undefined) return failure;
    await this.#report({ step: 'Gating' });
    return withNotice(await this.#passGate(), this.#notice);
  }

  /** @returns Why it failed or was not sent. `undefined`: it is complete. */
  async #restart(held: HeldNode): Promise<NodeResult | undefined> {
    const { plan, try: count } = this.#input;
    const { workflowId, parent } = workflowInfo();
    const runbook = parent?.workflowId ?? workflowId;
    try {
      const { notice } = await restartSeid(held, {
        runbook,
        step: `${held.name}/restart/${count}`,
        queueTimeout: formatDuration(PATIENCE_MS),
        why: `Runbook ${plan.mirrorTo?.name ?? runbook}`,
      });
      this.#notice = notice;
      return undefined;
    } catch (error) {
      const { reason, message, waitedFor } = childFailure(error);
      if (waitedFor !== undefined) return { state: 'held', waiting: waitedFor };
      return this.#failed(reason, message);
    }
  }

  async #passGate(): Promise<TriedNode> {
    for (;;) {
      const result = await this.#gateResult();
      this.#progress = result?.progress ?? this.#progress;
      const end = await this.#afterGate(result);
      if (end !== undefined) return end;
    }
  }

  /** @returns `undefined` when the wait was ended before it had a result. */
  async #gateResult(): Promise<GateResult | undefined> {
    if (this.#isPromoted || this.#isAbandoned) return undefined;
    const scope = new CancellationScope();
    this.#gate = scope;
    try {
      return await scope.run(() => gateOnce(this.#input, this.#progress));
    } catch (error) {
      if ((this.#isPromoted || this.#isAbandoned) && (isCancellation(error) || error instanceof ActivityFailure))
        return undefined;
      throw error;
    } finally {
      this.#gate = undefined;
    }
  }

  async #afterGate(result: GateResult | undefined): Promise<TriedNode | undefined> {
    const progress = this.#progress;
    const heights = present({ heightBefore: this.#input.heightBefore, heightAfter: progress?.height });
    const last = progress?.message === undefined ? '' : ` ${progress.message}`;
    switch (result?.state) {
      case 'passed':
        return { state: 'passed', message: result.message, ...heights };
      case 'timed-out': {
        const { timeoutMs } = this.#input.plan.gate;
        const message = `The node was restarted, but did not pass its gate within ${formatDuration(timeoutMs)}.${last} Check the node.`;
        return { ...this.#failed('GateTimeout', message), ...heights };
      }
      case 'halted':
        if (!this.#isEnding) await this.#report({ step: 'Gating', halted: result.message });
        return undefined;
      case 'resumed':
        return undefined;
      default:
        return { ...this.#afterEndedGate(last), ...heights };
    }
  }

  /** @param last - What the node was last waited for. */
  #afterEndedGate(last: string): TriedNode {
    if (this.#isPromoted) return { state: 'passed', message: `An operator ended its gate (promote).${last}` };
    if (!this.#isAbandoned) return this.#failed('Cancelled', `The wait at the gate was cancelled.${last}`);
    const why = 'The runbook ended while the chain was halted, so its gate was not waited for.';
    return this.#failed('ChainHalted', `The node was restarted. ${why}${last} Check the node.`);
  }

  #failed(reason: string, message: string): TriedNode {
    return { state: 'failed', reason, message, ...present({ heightBefore: this.#input.heightBefore }) };
  }

  /** The runbook may have been terminated: the node is still seen to its end. */
  async #report(report: Omit<NodeReport, 'node'>): Promise<void> {
    const { name } = this.#input.node;
    const { parent } = workflowInfo();
    setCurrentDetails(`**${report.step}** ${markdown(report.halted ?? name)}`);
    if (parent === undefined) return;
    await CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(parent.workflowId).signal(reportNode, { node: name, ...report }),
    ).catch(() => undefined);
  }
}

function heldInQueue(message: string): NodeResult {
  return { state: 'held', waiting: { reason: 'Queued', message } };
}

/** What a failed child task says. Its outcome is read first: a cancelled restart may have been sent and have failed. */
function childFailure(error: unknown): {
  readonly reason: string;
  readonly message: string;
  /** Set when nothing was sent, because something was in the way. */
  readonly waitedFor?: FailedVerdict['waitedFor'];
} {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [outcome] = (cause.details ?? []) as readonly (TaskOutcome | undefined)[];
    const waitedFor = outcome?.verdict.phase === 'Failed' ? outcome.verdict.waitedFor : undefined;
    return { reason: cause.type ?? 'TaskFailed', message: cause.message, ...present({ waitedFor }) };
  }
  if (cause instanceof TerminatedFailure)
    return {
      reason: 'WorkflowTerminated',
      message: 'The workflow of the restart was terminated. The restart may have been sent. Check the node.',
    };
  if (isCancellation(error)) return { reason: 'Cancelled', message: 'The restart was cancelled. Check the node.' };
  return {
    reason: 'RestartNotStarted',
    message: `The workflow of the restart was not started: ${error instanceof Error ? error.message : String(error)}. It may have run before. Check the node.`,
  };
}
