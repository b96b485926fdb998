import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowFailure,
  condition,
  continueAsNew,
  executeChild,
  getExternalWorkflowHandle,
  isCancellation,
  metricMeter,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunbookInput } from '../../api/temporal/runbook-input.ts';
import { afterRunbookEvent, type RunbookEvent } from '../../core/runbook/after-runbook-event.ts';
import { applySettings } from '../../core/runbook/apply-control.ts';
import { nextRunbookStep, slots, type RunbookStep } from '../../core/runbook/next-runbook-step.ts';
import { planSummary } from '../../core/runbook/plan-summary.ts';
import type { RunbookPlan } from '../../core/runbook/plan-runbook.ts';
import type { PlanResult, RunbookActivities, StartResult } from '../../core/runbook/runbook-activities.ts';
import {
  carriedState,
  initialRunbookState,
  nodesIn,
  startNumber,
  type NodeResult,
  type RunbookState,
} from '../../core/runbook/runbook-state.ts';
import { endView, planningView, runbookView, type RunbookView } from '../../core/runbook/runbook-view.ts';
import { present } from '../../lib/present.ts';
import { SHORT, waiting } from '../activity-options.ts';
import { guardHoldOf } from './guard-hold-of.ts';
import { runbookEnds, type GatedNodeInput } from './restart-gated-node.ts';
import { RunbookControl } from './runbook-control.ts';
import { showRunbook } from './runbook-display.ts';

/** What a run hands to the next one of its chain. */
export interface ResumedRunbook {
  readonly plan: RunbookPlan;
  readonly state: RunbookState;
}

/** Result of a runbook that is Complete, and the first of its failure's details otherwise. */
export type RunbookOutcome = Pick<RunbookView, 'phase' | 'reason' | 'message' | 'counts'>;

/**
 * Restarts the nodes of one chain, one after the other, and never so many that the chain could stop. Waits before each
 * for the window, for other nodes that are down and for the guard, and after each at its gate.
 *
 * @param resumed - Set when the run continues an earlier one.
 * @throws ApplicationFailure of type = the reason, details = the outcome, when it is not Complete; CancelledFailure when
 * it was deleted or cancelled.
 */
export async function RollingRestart(input: RunbookInput, resumed?: ResumedRunbook): Promise<RunbookOutcome> {
  const run = new RunbookRun(input, resumed);
  // A cancellation finishes the node at hand.
  CancellationScope.current().cancelRequested.catch(() => run.apply({ type: 'deleted' }));
  return await CancellationScope.nonCancellable(() => run.run());
}

type EndPhase = Extract<RunbookStep, { do: 'end' }>['phase'];

/** A check of whether a node may be started, while it runs. */
interface RunningCheck {
  readonly node: string;
  /** What the runbook shows as its reason to wait. */
  readonly shown: RunbookState['waiting'];
  /** Ends it. */
  readonly scope: CancellationScope;
}

class RunbookRun {
  readonly #input: RunbookInput;
  readonly #control: RunbookControl;
  #plan: RunbookPlan | undefined;
  #check: RunningCheck | undefined;
  #isDeleted = false;
  /** What it ended with. Unset: it has not ended. */
  #end: RunbookView | undefined;
  /** Workflows of nodes that know, or are being told, that the runbook is ending. */
  readonly #toldOfEnd = new Set<string>();

  constructor(input: RunbookInput, resumed: ResumedRunbook | undefined) {
    this.#input = input;
    this.#plan = resumed?.plan;
    this.#control = new RunbookControl({
      state: resumed?.state,
      onChange: () => this.#onChange(),
      onReport: ({ node, step, halted }) =>
        this.apply(halted === undefined ? { type: 'stepped', node, step } : { type: 'halted', message: halted }),
    });
  }

  async run(): Promise<RunbookOutcome> {
    const mirror = this.#mirror();
    // A run that continues an earlier one has something to show at once.
    this.#onChange();
    const view = await this.#work();
    this.#end = view;
    this.apply({ type: 'over' });
    mirror.stop();
    showRunbook(view);
    if (this.#input.mirrorTo !== undefined) await this.#writeEnd(view);
    return outcomeOf(view);
  }

  async #work(): Promise<RunbookView> {
    const plan = this.#plan ?? (await this.#makePlan());
    if ('view' in plan) return plan.view;
    this.#plan = plan;
    for (;;) {
      const step = this.#nextStep();
      if (step.do === 'end') return this.#endView(step.phase);
      await this.#take(step, plan);
    }
  }

  #nextStep(): RunbookStep {
    return nextRunbookStep(this.#state, Date.now(), workflowInfo().continueAsNewSuggested);
  }

  async #makePlan(): Promise<RunbookPlan | { readonly view: RunbookView }> {
    const { planRunbook } = proxyActivities<RunbookActivities>({
      ...SHORT,
      startToCloseTimeout: '2 minutes',
      summary: 'Freeze the nodes and make the plan',
    });
    const planned: PlanResult = await planRunbook(this.#input);
    if (planned.state === 'refused') return { view: endView('Failed', 'InvalidSpec', planned.message) };
    const { plan, nodes, lines, settings } = planned;
    const messages = new Map(lines.map(({ node, message }) => [node, message]));
    const initial = initialRunbookState({
      rules: plan.rules,
      nodes,
      startedAtMs: workflowInfo().startTime.getTime(),
      ...present({ generation: this.#input.generation }),
    });
    if (plan.dryRun) {
      const state = {
        ...initial,
        nodes: initial.nodes.map((node) => ({ ...node, ...present({ message: messages.get(node.name) }) })),
      };
      const message = `${planSummary(lines)} This was a dry run: nothing was touched.`;
      return { view: { ...runbookView(state, Date.now()), phase: 'Complete', reason: 'DryRun', message } };
    }
    const state = applySettings(initial, { generation: this.#input.generation ?? 0, ...settings });
    this.#control.state = this.#isDeleted ? afterRunbookEvent(state, { type: 'deleted' }, Date.now()) : state;
    return plan;
  }

  /** Records what happened. Before the plan is made only a deletion can happen. */
  apply(event: RunbookEvent): void {
    if (event.type === 'deleted') this.#isDeleted = true;
    if (event.type === 'ended') countOutcome(event.result);
    const { state } = this.#control;
    if (state !== undefined) this.#control.state = afterRunbookEvent(state, event, Date.now());
  }

  async #take(step: Exclude<RunbookStep, { do: 'end' }>, plan: RunbookPlan): Promise<void> {
    switch (step.do) {
      case 'check':
        return await this.#checkStart(step.node, plan);
      case 'start':
        return this.#start(step, plan);
      case 'continue-as-new':
        return await this.#continueAsNew(plan);
      default: {
        const { revision } = this.#state;
        const isChanged = (): boolean => this.#state.revision !== revision;
        if (step.untilMs === undefined) await condition(isChanged);
        else await condition(isChanged, Math.max(1, step.untilMs - Date.now()));
      }
    }
  }

  async #checkStart(node: string, plan: RunbookPlan): Promise<void> {
    const check = { node, shown: this.#state.waiting, scope: new CancellationScope() };
    const result = await this.#resultOfCheck(check, plan);
    if (result === undefined || !this.#isDue(check)) return;
    if (result.state === 'unusable') {
      const { reason, message } = result;
      return this.apply({ type: 'ended', node, result: { state: 'failed', reason, message } });
    }
    const obstacle = result.state === 'waiting' ? result.obstacle : undefined;
    this.#heights.set(node, result.state === 'ready' ? result.height : undefined);
    this.apply({ type: 'checked', node, ...present({ guard: result.guard, obstacle }) });
  }

  readonly #heights = new Map<string, number | undefined>();

  async #awaitStart(node: string, plan: RunbookPlan): Promise<StartResult> {
    const state = this.#state;
    const { awaitStart } = proxyActivities<RunbookActivities>({
      ...waiting(),
      summary: `Wait until ${node} may be restarted`,
    });
    const { waiting: shown, guard } = state;
    return await awaitStart({
      plan,
      node,
      nodes: state.nodes.map(({ name }) => name),
      running: nodesIn(state, 'Running').map(({ name }) => name),
      slots: slots(state),
      ...(shown === undefined ? {} : { shown: { reason: shown.reason, message: shown.message } }),
      ...present({ hold: shown?.reason === 'Guarded' ? guard && guardHoldOf(guard, shown.sinceMs) : undefined }),
    });
  }

  /** @returns `undefined` when the check is no longer due. */
  async #resultOfCheck(check: RunningCheck, plan: RunbookPlan): Promise<StartResult | undefined> {
    const { node, scope } = check;
    this.#check = check;
    try {
      return await scope.run(() => this.#awaitStart(node, plan));
    } catch (error) {
      if (scope.consideredCancelled && isCancellation(error)) return undefined;
      throw error;
    } finally {
      this.#check = undefined;
    }
  }

  /**
   * Whether a check would still be made, with the same to show. Then its result counts, whatever happened to other nodes:
   * those that were under way when it began count as down in it.
   */
  #isDue({ node, shown }: RunningCheck): boolean {
    const step = this.#nextStep();
    return step.do === 'check' && step.node === node && this.#state.waiting === shown;
  }

  #onChange(): void {
    if (this.#control.state === undefined) return;
    showRunbook(this.#view);
    if (this.#check !== undefined && !this.#isDue(this.#check)) this.#check.scope.cancel();
    if (this.#state.aborting !== undefined) this.#announceEnd();
  }

  /**
   * Tells the nodes at hand, so that none of them waits for a halted chain. Each is told once; one whose workflow is not
   * there yet is told with a later change.
   */
  #announceEnd(): void {
    const children = nodesIn(this.#state, 'Running').map((node) =>
      this.#control.childIdOf(node.name, startNumber(node)),
    );
    for (const child of children.filter((each) => !this.#toldOfEnd.has(each))) {
      this.#toldOfEnd.add(child);
      void CancellationScope.nonCancellable(() => getExternalWorkflowHandle(child).signal(runbookEnds)).catch(() =>
        this.#toldOfEnd.delete(child),
      );
    }
  }

  #start({ node: name, number }: Extract<RunbookStep, { do: 'start' }>, plan: RunbookPlan): void {
    const node = this.#state.nodes.find((each) => each.name === name);
    if (node === undefined) throw new TypeError(`${name} is not a node of this runbook`);
    const { isValidator, power } = node;
    const heightBefore = this.#heights.get(name);
    this.apply({ type: 'started', node: name });
    void this.#runNode({
      plan,
      node: { name, isValidator, ...present({ power }) },
      try: number,
      ...present({ heightBefore }),
    });
  }

  async #runNode(input: GatedNodeInput): Promise<void> {
    const { name } = input.node;
    const result = await this.#resultOf(input);
    this.apply({ type: 'ended', node: name, result });
  }

  async #resultOf(input: GatedNodeInput): Promise<NodeResult> {
    const { plan, node, try: count } = input;
    try {
      return (await executeChild('RestartGatedNode', {
        workflowId: this.#control.childIdOf(node.name, count),
        staticSummary: `Restart ${plan.namespace}/${node.name} and wait at its gate`,
        parentClosePolicy: 'REQUEST_CANCEL',
        // A workflow that is reset must not restart a node a second time.
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        args: [input],
      })) as NodeResult;
    } catch (error) {
      const cause = error instanceof ChildWorkflowFailure ? (error.cause ?? error) : error;
      const why = cause instanceof Error ? cause.message : String(cause);
      return {
        state: 'failed',
        reason: 'WorkflowTerminated',
        message: `The workflow of the node ended without a result: ${why}. The restart may have been sent. Check the node.`,
      };
    }
  }

  /** The next run checks the next node again. */
  async #continueAsNew(plan: RunbookPlan): Promise<void> {
    await condition(allHandlersFinished);
    const state = carriedState(this.#state);
    if (nextRunbookStep(state, Date.now(), true).do !== 'continue-as-new') return;
    await continueAsNew<typeof RollingRestart>(this.#input, { plan, state });
  }

  /** The mirror of a run that has a resource: its view is asked for by query, so that it costs no history. */
  #mirror(): RunbookMirroring {
    const { mirrorTo } = this.#input;
    const mirroring = new RunbookMirroring(mirrorTo, () => this.apply({ type: 'deleted' }));
    this.#control.serveView(() => this.#view);
    mirroring.start();
    return mirroring;
  }

  async #writeEnd(view: RunbookView): Promise<void> {
    const { mirrorTo: runbook } = this.#input;
    if (runbook === undefined) return;
    const { finishRunbook } = proxyActivities<RunbookActivities>({
      ...SHORT,
      summary: `Write the end: ${view.reason}`,
    });
    await finishRunbook({ runbook, view });
  }

  get #view(): RunbookView {
    const { state } = this.#control;
    if (this.#end !== undefined) return this.#end;
    return state === undefined ? planningView(workflowInfo().startTime.getTime()) : runbookView(state, Date.now());
  }

  #endView(phase: EndPhase): RunbookView {
    return runbookView(this.#state, Date.now(), phase);
  }

  get #state(): RunbookState {
    const { state } = this.#control;
    if (state === undefined) throw new TypeError('a runbook has a state once it was planned');
    return state;
  }
}

/** The activity that writes the status while the workflow works. */
class RunbookMirroring {
  readonly #runbook: RunbookInput['mirrorTo'];
  readonly #onGone: () => void;
  #scope = new CancellationScope();

  constructor(runbook: RunbookInput['mirrorTo'], onGone: () => void) {
    this.#runbook = runbook;
    this.#onGone = onGone;
  }

  start(): void {
    const runbook = this.#runbook;
    if (runbook === undefined) return;
    const { mirrorRunbook } = proxyActivities<RunbookActivities>({ ...waiting(), summary: 'Write the status' });
    this.#scope = new CancellationScope();
    void this.#scope
      .run(() => mirrorRunbook(runbook))
      .then(() => this.#onGone())
      .catch(() => undefined);
  }

  /** The activity may still run for a moment: a status never moves backwards. */
  stop(): void {
    this.#scope.cancel();
  }
}

/** A try that was given up before anything was sent counts as none. */
function countOutcome(result: NodeResult): void {
  if (result.state === 'held') return;
  metricMeter
    .createCounter('sei_runbook_node_outcomes_total', '1', 'Tries at a node of a runbook that ended')
    .add(1, { reason: result.state === 'passed' ? 'Passed' : result.reason });
}

function outcomeOf({ phase, reason, message, counts }: RunbookView): RunbookOutcome {
  const outcome = { phase, reason, message, ...present({ counts }) };
  if (phase === 'Complete') return outcome;
  if (reason === 'Deleted') throw new CancelledFailure(message, [outcome]);
  throw ApplicationFailure.create({ type: reason, message, details: [outcome], nonRetryable: true });
}
