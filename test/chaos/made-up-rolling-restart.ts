import type { RunbookPhase } from '../../api/runbook-phases.ts';
import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import type {
  EditableSpec,
  ObservedRollingRestart,
  ObservedRunbookState,
  ObservedTry,
  Observations,
} from '../../chaos/observations.ts';
import type { PlannedRollingRestart } from '../../chaos/plan/planned-rolling-restart.ts';
import { began, journal, madeUpNode, madeUpRun, over, sigterm, START } from './made-up-run.ts';

type ClaimedNode = NonNullable<RunbookStatus['nodes']>[number];

/** A node that was restarted once and is complete, unless told otherwise. */
export function claimed(name: string, node: Partial<ClaimedNode> = {}): ClaimedNode {
  return { name, phase: 'Complete', tries: 1, ...node };
}

/** A state in seconds from the start. */
export function runbookAt(
  seconds: number,
  phase: RunbookPhase,
  { spec = {}, generation = 1, ...status }: RunbookStatus & { spec?: EditableSpec; generation?: number } = {},
): ObservedRunbookState {
  const at = START + seconds * 1000;
  return { at, generation, spec, status: { phase, observedGeneration: generation, revision: seconds, ...status } };
}

/** The first try at a node, with times in seconds. */
export function madeUpTry(
  node: string,
  [from, to]: readonly [from: number, to: number],
  more: Partial<ObservedTry> = {},
): ObservedTry {
  const span = { startedAt: START + from * 1000, gatedAt: START + to * 1000, endedAt: START + to * 1000 };
  return { node, count: 1, ...span, end: 'COMPLETED', taskId: `${node}-1`, ...more };
}

/** A command that an operator sent, as the spec has it. */
export function commanded(verb: NonNullable<EditableSpec['control']>['verb'], node?: string, id = `${verb}-1`) {
  return { control: { id, verb, ...(node === undefined ? {} : { node }) } };
}

/** Its answer, as the status has it. */
export function answered(...command: Parameters<typeof commanded>): Pick<RunbookStatus, 'control'> {
  const { control } = commanded(...command);
  return { control: { ...control, accepted: true, message: 'Done.', at: '2026-11-25T12:00:00Z' } };
}

export const planned: PlannedRollingRestart = {
  name: 'rolling-1',
  nodes: ['one', 'two'],
  maxUnavailable: 1,
  spec: {},
  isInvalid: false,
  isDryRun: false,
  hasTimeToLive: false,
  steering: [],
  operatorSeed: 1,
};

export const complete = runbookAt(20, 'Complete', {
  reason: 'RunbookComplete',
  nodes: [claimed('one'), claimed('two')],
});

/** A runbook that restarted two nodes and is complete, unless told otherwise. */
function madeUpRollingRestart(runbook: Partial<ObservedRollingRestart> = {}): ObservedRollingRestart {
  return {
    planned,
    states: [runbookAt(1, 'Running'), complete],
    edits: [],
    end: 'COMPLETED',
    tries: [madeUpTry('one', [2, 8]), madeUpTry('two', [10, 18])],
    errors: [],
    ...runbook,
  };
}

const restarted = (node: string, from: number) =>
  madeUpNode(
    journal([from, began(`${node}-1`)], [from, sigterm(`${node}-1`)], [from + 2, over('completed', `${node}-1`)]),
    { name: node },
  );

/** A run of that runbook, whose nodes were restarted. */
export function rollingRun(runbook: Partial<ObservedRollingRestart> = {}, run: Partial<Observations> = {}) {
  return madeUpRun({
    tasks: [],
    nodes: [restarted('one', 3), restarted('two', 11)],
    rollingRestarts: [madeUpRollingRestart(runbook)],
    ...run,
  });
}
