import { nodeVerbs, type RunbookVerb } from '../../api/runbook-phases.ts';
import type { RunbookSettings } from '../../api/temporal/runbook-input.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { isOlderSpec } from '../is-older-spec.ts';
import { skipListed, skippedNode, uncleared } from './after-runbook-event.ts';
import { isPaused } from './next-runbook-step.ts';
import {
  nodesIn,
  openFailures,
  withNode,
  type ControlAnswer,
  type RunbookNode,
  type RunbookPauses,
  type RunbookState,
} from './runbook-state.ts';

/** Answers that are remembered, so that a command that arrives twice has one effect. */
const REMEMBERED_ANSWERS = 50;
/** Why a runbook stays paused whose spec was set back. */
const PAUSED_BEFORE_RESTORE = 'spec.paused was true before the API server was restored from a backup';

/** A command of an operator. */
export interface RunbookControl {
  /** A new id is a new command. */
  readonly id: string;
  readonly verb: RunbookVerb;
  /** For skip and retry. For promote: whose gate. Unset there: every gate. */
  readonly node?: string;
  readonly reason?: string;
  /** Whether it came from `spec.control`. Default: no. */
  readonly isFromSpec?: boolean;
}

/** What a command came to. */
export interface ControlResult {
  readonly state: RunbookState;
  readonly answer: ControlAnswer;
  /** Nodes whose gates end now. */
  readonly promotedGates: readonly string[];
}

/** A command that does not fit; its message says why, and what fits. */
class Refusal extends Error {}

interface Applied {
  readonly state: RunbookState;
  readonly message: string;
  readonly promotedGates?: readonly string[];
}

/**
 * Applies a command. One whose id was answered before has no effect and gets the same answer; in the spec, where another
 * id was there in between, it is refused, so that the status has an answer to it.
 *
 * @param atMs - In milliseconds since the epoch.
 */
export function applyControl(state: RunbookState, control: RunbookControl, atMs: number): ControlResult {
  const earlier = state.answers.find(({ id }) => id === control.id);
  if (earlier === undefined) return answered(state, tried(state, control, atMs), { control, atMs });
  const shown = state.answers.findLast(({ isFromSpec }) => isFromSpec);
  if (control.isFromSpec !== true || shown?.id === control.id) return { state, answer: earlier, promotedGates: [] };
  const { id, verb, atMs: earlierMs } = earlier;
  const message = `The id ${printable(id, 64)} was used before, for ${verb} at ${timestamp(earlierMs)}. Set a new id for a new command.`;
  return answered(state, { message }, { control, atMs });
}

function answered(
  state: RunbookState,
  applied: Applied | { readonly message: string },
  { control, atMs }: { readonly control: RunbookControl; readonly atMs: number },
): ControlResult {
  const isAccepted = 'state' in applied;
  const next = isAccepted ? applied.state : state;
  const { id, verb, node, isFromSpec = false } = control;
  const answer = { id, verb, ...present({ node }), isAccepted, message: applied.message, atMs, isFromSpec };
  return {
    state: {
      ...next,
      answers: [...next.answers, answer].slice(-REMEMBERED_ANSWERS),
      revision: state.revision + 1,
    },
    answer,
    promotedGates: (isAccepted ? applied.promotedGates : undefined) ?? [],
  };
}

function tried(state: RunbookState, control: RunbookControl, atMs: number): Applied | { readonly message: string } {
  try {
    if (state.isOver)
      throw new Refusal(`The runbook has ended, so ${control.verb} has no effect. Create a new runbook.`);
    if (nodeVerbs.includes(control.verb) && control.node === undefined)
      throw new Refusal(`${control.verb} needs the name of a node.`);
    return verbs[control.verb](state, control, atMs);
  } catch (error) {
    if (error instanceof Refusal) return { message: error.message };
    throw error;
  }
}

type Verb = (state: RunbookState, control: RunbookControl, atMs: number) => Applied;

const verbs: Readonly<Record<RunbookVerb, Verb>> = {
  pause(state, { reason = '' }) {
    refuseWhenAborting(state, 'pause');
    if (state.pauses.operator !== undefined) throw new Refusal('The runbook is paused already. Resume it to continue.');
    return {
      state: { ...uncleared(state), pauses: { ...state.pauses, operator: printable(reason, 256) } },
      message: `No further node is started until the runbook is resumed.${atHandSentence(state)}`,
    };
  },

  resume(state) {
    refuseWhenAborting(state, 'resume');
    const { spec, ...others } = state.pauses;
    if (!isPaused(state)) throw new Refusal('The runbook is not paused.');
    if (Object.keys(others).length === 0)
      throw new Refusal('The runbook is paused by spec.paused. Set it to false to continue.');
    const accepted = openFailures(state).reduce(
      (next, { name }) => withNode(next, name, (node) => ({ ...node, isAccepted: true })),
      state,
    );
    return {
      state: { ...accepted, pauses: present({ spec }) },
      message: spec ? 'Resumed, but spec.paused still holds. Set it to false to continue.' : 'Resumed.',
    };
  },

  skip(state, { node: name = '', reason = '' }) {
    refuseWhenAborting(state, 'skip');
    const node = theNode(state, name);
    if (node.phase === 'Running')
      throw new Refusal(
        `Node ${name} is being restarted, which cannot be undone. Wait for its end, then skip or retry it.`,
      );
    if (node.phase === 'Complete') throw new Refusal(`Node ${name} is complete already.`);
    if (node.phase === 'Skipped') throw new Refusal(`Node ${name} is skipped already.`);
    return {
      state: withoutFailurePause(
        withNode(uncleared(state), name, (each) =>
          skippedNode(each, printable(reason, 256) || 'An operator skipped it.'),
        ),
      ),
      message: `Node ${name} is skipped.`,
    };
  },

  retry(state, { node: name = '' }) {
    refuseWhenAborting(state, 'retry');
    const node = theNode(state, name);
    if (node.phase !== 'Failed')
      throw new Refusal(`Node ${name} is ${node.phase}; only a node that failed can be retried.`);
    const pending = withNode(state, name, ({ isAccepted: _accepted, ...rest }) => ({ ...rest, phase: 'Pending' }));
    return {
      state: withoutFailurePause(uncleared(pending)),
      message: `Node ${name} is next. Everything about it is read again.`,
    };
  },

  abort(state, { reason = '' }) {
    refuseWhenAborting(state, 'abort');
    const message = printable(reason, 256) || 'An operator aborted it.';
    return {
      state: { ...uncleared(state), aborting: { by: 'operator', message } },
      message: `No further node is started.${atHandSentence(state)}`,
    };
  },

  promote(state, { node }, atMs) {
    const promotedGates = nodesIn(state, 'Running')
      .filter(({ step, name }) => step === 'Gating' && (node ?? name) === name)
      .map(({ name }) => name);
    if (node !== undefined) {
      const { name } = theNode(state, node);
      if (promotedGates.length === 0) throw new Refusal(`Node ${name} does not wait at its gate.`);
      return { state, message: promotion({ promotedGates, soaks: false, canary: undefined }), promotedGates };
    }
    const soaks = (state.soakUntilMs ?? 0) > atMs;
    const { canary, ...pauses } = state.pauses;
    if (promotedGates.length === 0 && !soaks && canary === undefined)
      throw new Refusal('There is no soak, canary pause or gate to end. promote never passes over the guard.');
    const { soakUntilMs: _, ...rest } = state;
    return { state: { ...rest, pauses }, message: promotion({ promotedGates, soaks, canary }), promotedGates };
  },
};

/** The state after a change of what may be edited in the spec, other than `control`. */
export function applySettings(state: RunbookState, settings: RunbookSettings): RunbookState {
  const { startedAtMs, settingsReadAtMs = startedAtMs } = state;
  const known = { generation: state.generation ?? 0, readAtMs: settingsReadAtMs };
  if (state.isOver || isOlderSpec(settings, known)) return state;
  const { generation, readAtMs, skipNodes } = settings;
  const next = {
    ...uncleared(state),
    pauses: pausesUnder(settings, state),
    generation,
    skipNodes,
    revision: state.revision + 1,
    ...present({ settingsReadAtMs: readAtMs }),
  };
  return withoutFailurePause(skipListed(next));
}

/** A backup from before a pause does not end it: an operator set `spec.paused`, and nobody has set it to false. */
function pausesUnder(settings: RunbookSettings, { pauses, generation = 0 }: RunbookState): RunbookPauses {
  const { spec, ...others } = pauses;
  if (settings.paused) return { ...others, spec: true };
  const isSetBack = settings.generation < generation;
  return spec && isSetBack ? { operator: PAUSED_BEFORE_RESTORE, ...others } : others;
}

function refuseWhenAborting({ aborting }: RunbookState, verb: RunbookVerb): void {
  if (aborting === undefined) return;
  throw new Refusal(`The runbook is ending (${aborting.message}), so ${verb} has no effect. Create a new runbook.`);
}

function theNode(state: RunbookState, name: string): RunbookNode {
  const node = state.nodes.find((each) => each.name === name);
  if (node === undefined) throw new Refusal(`Node ${printable(name, 64)} is not one of the frozen nodes.`);
  return node;
}

/** The pause after failures ends with the last failure that made it. */
function withoutFailurePause(state: RunbookState): RunbookState {
  if (openFailures(state).length > state.rules.maxFailures) return state;
  const { failure: _, ...pauses } = state.pauses;
  return { ...state, pauses };
}

function atHandSentence(state: RunbookState): string {
  const names = nodesIn(state, 'Running').map(({ name }) => name);
  return names.length === 0 ? '' : ` Work on ${names.join(', ')} is finished first.`;
}

function promotion({
  promotedGates,
  soaks,
  canary,
}: {
  readonly promotedGates: readonly string[];
  readonly soaks: boolean;
  readonly canary: true | undefined;
}): string {
  const ended = [
    ...promotedGates.map((name) => `the gate of ${name}`),
    ...(soaks ? ['the soak'] : []),
    ...(canary ? ['the pause after the canary'] : []),
  ];
  return `Promoted: ${ended.join(', ')}.`;
}
