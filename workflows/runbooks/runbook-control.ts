import {
  CancellationScope,
  defineQuery,
  defineUpdate,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { nodeVerbs, runbookVerbs } from '../../api/runbook-phases.ts';
import type { RunbookCommand, RunbookCommandAnswer, RunbookSettings } from '../../api/temporal/runbook-input.ts';
import { applyControl, applySettings } from '../../core/runbook/apply-control.ts';
import { startNumber, type RunbookState } from '../../core/runbook/runbook-state.ts';
import type { RunbookView } from '../../core/runbook/runbook-view.ts';
import { jsonText } from '../../lib/json-text.ts';
import { promoteGate, reportNode, type NodeReport } from './restart-gated-node.ts';

/** A command of an operator: {@link RunbookCommand}. */
const control = defineUpdate<RunbookCommandAnswer, [RunbookCommand]>('control');
/** What was edited in the spec, other than its command. */
const settings = defineUpdate<void, [RunbookSettings]>('settings');
/** What the status shows. */
const view = defineQuery<RunbookView>('view');

const PLANNING = 'The runbook is being planned. Send the command again in a moment.';

export interface RunbookControlOptions {
  /** Unset: it is not planned yet. */
  readonly state: RunbookState | undefined;
  readonly onChange: () => void;
  readonly onReport: (report: NodeReport) => void;
}

/** The state of a runbook, and what changes it from outside: commands, edits of the spec, reports of its nodes. */
export class RunbookControl {
  readonly #options: RunbookControlOptions;
  #state: RunbookState | undefined;

  constructor(options: RunbookControlOptions) {
    this.#options = options;
    this.#state = options.state;
    setHandler(control, async (command) => await this.#apply(command), {
      description:
        'Steers the runbook. Argument: {"id": "…", "verb": "pause | resume | skip | retry | abort | promote", "node": "…", "reason": "…"}.',
      validator: (command: unknown) => this.#validate(command),
    });
    setHandler(settings, (edited) => this.#edit(edited), {
      description: 'What was edited in the spec: {"generation": 2, "paused": true, "skipNodes": ["…"]}.',
      validator: (edited: unknown) => {
        assertSettings(edited);
        if (this.#state === undefined) throw new Error(PLANNING);
      },
    });
    setHandler(reportNode, (report) => options.onReport(report));
  }

  serveView(read: () => RunbookView): void {
    setHandler(view, read, { description: 'What the status shows.' });
  }

  get state(): RunbookState | undefined {
    return this.#state;
  }

  set state(next: RunbookState) {
    this.#state = next;
    this.#options.onChange();
  }

  /** Id of the workflow of one start of one node. */
  childIdOf(node: string, number: number): string {
    return `${workflowInfo().workflowId}/${node}/${number}`;
  }

  #validate(given: unknown): void {
    const command = assertCommand(given);
    if (this.#state === undefined) throw new Error(PLANNING);
    // The refusal of a command of the spec is an answer that the status shows; any other caller gets it here.
    if (command.isFromSpec === true) return;
    const { answer } = applyControl(this.#state, command, Date.now());
    if (!answer.isAccepted) throw new Error(answer.message);
  }

  async #apply(command: RunbookCommand): Promise<RunbookCommandAnswer> {
    if (this.#state === undefined) throw new TypeError(PLANNING);
    const { state, answer, promotedGates } = applyControl(this.#state, command, Date.now());
    const gates = state.nodes
      .filter(({ name }) => promotedGates.includes(name))
      .map((node) => this.childIdOf(node.name, startNumber(node)));
    this.state = state;
    // A gate that has ended in between needs no promotion. A runbook that was cancelled still finishes its nodes at hand.
    for (const gate of gates)
      await CancellationScope.nonCancellable(() => getExternalWorkflowHandle(gate).signal(promoteGate)).catch(
        () => undefined,
      );
    const { isAccepted, message } = answer;
    return { isAccepted, message };
  }

  #edit(edited: RunbookSettings): void {
    if (this.#state !== undefined) this.state = applySettings(this.#state, edited);
  }
}

function assertCommand(given: unknown): RunbookCommand {
  const { id, verb, node } = (given ?? {}) as Partial<RunbookCommand>;
  if (typeof id !== 'string' || id === '')
    throw new TypeError(`id must be a text that is not empty, got ${jsonText(id)}.`);
  if (verb === undefined || !runbookVerbs.includes(verb))
    throw new TypeError(`verb must be one of ${runbookVerbs.join(', ')}, got ${jsonText(verb)}.`);
  if (nodeVerbs.includes(verb) && typeof node !== 'string')
    throw new TypeError(`node must be the name of a node for ${verb}, got ${jsonText(node)}.`);
  return given as RunbookCommand;
}

function assertSettings(given: unknown): void {
  const { generation, paused, skipNodes } = (given ?? {}) as Partial<RunbookSettings>;
  if (!Number.isSafeInteger(generation) || typeof paused !== 'boolean' || !Array.isArray(skipNodes))
    throw new TypeError(
      `The argument must be an object such as {"generation": 2, "paused": true, "skipNodes": []}, got ${jsonText(given)}.`,
    );
}
