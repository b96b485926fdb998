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
import type { RunbookNodeStep } from '../../api/runbook-phases.ts';
import type { FrozenNode, NodeResult } from '../../core/runbook/runbook-state.ts';
import type { RunbookPlan } from '../../core/runbook/plan-runbook.ts';
import type { GateProgress, GateResult } from '../../core/runbook/runbook-activities.ts';
import { formatDuration } from '../../lib/go-duration.ts';
import { markdown } from '../../lib/markdown.ts';
import { present } from '../../lib/present.ts';
import { gateOnce, holdNode, type HeldNode } from './held-node.ts';
import { restartSeid } from './restart-seid.ts';

/** One try at one node of a runbook. */
export interface GatedNodeInput {
  readonly plan: RunbookPlan;
  readonly node: FrozenNode;
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

/**
 * Restarts one node of a runbook and waits at its gate, with the node's permit from before the restart to after the
 * gate. Never throws for a node that fails.
 */
export async function RestartGatedNode(input: GatedNodeInput): Promise<NodeResult> {
  return await new GatedNode(input).run();
}

class GatedNode {
  readonly #input: GatedNodeInput;
  #isPromoted = false;
  #gate: CancellationScope | undefined;

  constructor(input: GatedNodeInput) {
    this.#input = input;
    setHandler(promoteGate, () => {
      this.#isPromoted = true;
      this.#gate?.cancel();
    });
  }

  async run(): Promise<NodeResult> {
    try {
      return await holdNode(this.#input, async (held) => {
        await this.#report({ step: 'Restarting' });
        const failure = await this.#restart(held);
        if (failure !== undefined) return failure;
        await this.#report({ step: 'Gating' });
        return await this.#passGate();
      });
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return this.#failed('Cancelled', 'The workflow of the node was cancelled. Check the node before you retry it.');
    }
  }

  /** @returns Why it failed. `undefined`: it is complete. */
  async #restart(held: HeldNode): Promise<NodeResult | undefined> {
    const { plan, try: count } = this.#input;
    const { workflowId, parent } = workflowInfo();
    const runbook = parent?.workflowId ?? workflowId;
    try {
      await restartSeid(held, {
        runbook,
        step: `${held.name}/restart/${count}`,
        why: `Runbook ${plan.mirrorTo?.name ?? runbook}`,
      });
      return undefined;
    } catch (error) {
      const { reason, message } = childFailure(error);
      return this.#failed(reason, message);
    }
  }

  async #passGate(): Promise<NodeResult> {
    let progress: GateProgress | undefined;
    for (;;) {
      const result: GateResult | undefined = await this.#untilPromoted(progress);
      progress = result?.progress ?? progress;
      const end = await this.#afterGate(result, progress);
      if (end !== undefined) return end;
    }
  }

  /** @returns `undefined` when the wait was interrupted before it had a result. */
  async #untilPromoted(earlier: GateProgress | undefined): Promise<GateResult | undefined> {
    if (this.#isPromoted) return undefined;
    const scope = new CancellationScope();
    this.#gate = scope;
    try {
      return await scope.run(() => gateOnce(this.#input, earlier));
    } catch (error) {
      if (this.#isPromoted && (isCancellation(error) || error instanceof ActivityFailure)) return undefined;
      throw error;
    } finally {
      this.#gate = undefined;
    }
  }

  async #afterGate(
    result: GateResult | undefined,
    progress: GateProgress | undefined,
  ): Promise<NodeResult | undefined> {
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
        await this.#report({ step: 'Gating', halted: result.message });
        return undefined;
      case 'resumed':
        return undefined;
      default:
        if (!this.#isPromoted) return this.#failed('Cancelled', `The wait at the gate was cancelled.${last}`);
        return { state: 'passed', message: `An operator ended its gate (promote).${last}`, ...heights };
    }
  }

  #failed(reason: string, message: string): NodeResult {
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

/** What a failed child task says. Its outcome is read first: a cancelled restart may have been sent and have failed. */
function childFailure(error: unknown): { readonly reason: string; readonly message: string } {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { reason: cause.type ?? 'TaskFailed', message: cause.message };
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
