import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { runbookVerbs } from '../../api/runbook-phases.ts';
import { afterRunbookEvent, type RunbookEvent } from '../../core/runbook/after-runbook-event.ts';
import { applyControl, applySettings } from '../../core/runbook/apply-control.ts';
import { nextRunbookStep, slots, type RunbookStep } from '../../core/runbook/next-runbook-step.ts';
import {
  carriedState,
  initialRunbookState,
  nodesIn,
  type NodeResult,
  type RunbookRules,
  type RunbookState,
} from '../../core/runbook/runbook-state.ts';
import { caseCount } from '../support/case-count.ts';

const PLAIN: RunbookRules = { maxUnavailable: 1, soakMs: 0, onFailure: 'Pause', maxFailures: 0 };

function begin(rules: Partial<RunbookRules> = {}, names: readonly string[] = ['a', 'b', 'c']): RunbookState {
  const nodes = names.map((name) => ({ name, isValidator: false }));
  return initialRunbookState({ rules: { ...PLAIN, ...rules }, nodes, startedAtMs: 0 });
}

const passed: NodeResult = { state: 'passed', message: 'It is back.' };
const held: NodeResult = { state: 'held', waiting: { reason: 'Guarded', message: 'At risk after all.' } };
const failed: NodeResult = { state: 'failed', reason: 'TaskFailed', message: 'It is not.' };
const checked = (node: string): RunbookEvent => ({ type: 'checked', node });
const blocked = (node: string): RunbookEvent => ({
  type: 'checked',
  node,
  obstacle: { reason: 'Guarded', message: 'At risk.' },
});
const started = (node: string): RunbookEvent => ({ type: 'started', node });
const ended = (node: string, result: NodeResult): RunbookEvent => ({ type: 'ended', node, result });
const heldOnce = (name: string): RunbookEvent[] => [started(name), ended(name, held)];
const through = (...names: readonly string[]): RunbookEvent[] =>
  names.flatMap((name) => [checked(name), started(name), ended(name, passed)]);

type Happening =
  | RunbookEvent
  | { readonly verb: Parameters<typeof applyControl>[1]['verb']; readonly node?: string }
  | { readonly paused: boolean; readonly skipNodes?: readonly string[] };

const skipped = (...skipNodes: readonly string[]): Happening => ({ paused: false, skipNodes });

/** The state after events and commands, one a second. */
function after(state: RunbookState, ...happenings: readonly Happening[]): RunbookState {
  return happenings.reduce<RunbookState>((next, each, index) => {
    const atMs = 1_000 * (index + 1);
    if ('type' in each) return afterRunbookEvent(next, each, atMs);
    if ('verb' in each) {
      const { state: applied, answer } = applyControl(next, { id: `${next.revision}`, ...each }, atMs);
      assert.ok(answer.isAccepted, answer.message);
      return applied;
    }
    return applySettings(next, { generation: (next.generation ?? 0) + 1, skipNodes: [], ...each });
  }, state);
}

const CHECK = (node: string): RunbookStep => ({ do: 'check', node });
const WAIT: RunbookStep = { do: 'wait' };
const END = (phase: 'Complete' | 'Failed' | 'Aborted'): RunbookStep => ({ do: 'end', phase });

describe('the next step of a runbook', () => {
  const canary = { canary: { count: 1, pauseAfter: true } };
  const steps: Readonly<Record<string, readonly [state: RunbookState, step: RunbookStep]>> = {
    'is to check the first node': [begin(), CHECK('a')],
    'is to start a node that was found ready': [after(begin(), checked('a')), { do: 'start', node: 'a', number: 1 }],
    'is to check again after an obstacle': [after(begin(), checked('a'), blocked('a')), CHECK('a')],
    'is to wait while a node is at hand': [after(begin(), checked('a'), started('a')), WAIT],
    'is to check the next node too, where two may be down': [
      after(begin({ maxUnavailable: 2 }), checked('a'), started('a')),
      CHECK('b'),
    ],
    'is to check the next node after one has passed': [after(begin(), ...through('a')), CHECK('b')],
    'is to check again when something happened after the check': [
      after(begin({ maxUnavailable: 2 }), checked('a'), started('a'), checked('b'), ended('a', passed)),
      CHECK('b'),
    ],
    'is to wait out the soak': [after(begin({ soakMs: 60_000 }), ...through('a')), { do: 'wait', untilMs: 63_000 }],
    'is to check when the soak was promoted': [
      after(begin({ soakMs: 60_000 }), ...through('a'), { verb: 'promote' }),
      CHECK('b'),
    ],
    'is to wait after the canary': [after(begin(canary), ...through('a')), WAIT],
    'is to check when the canary was promoted': [
      after(begin(canary), ...through('a'), { verb: 'promote' }),
      CHECK('b'),
    ],
    'is to check when the runbook was resumed after the canary': [
      after(begin(canary), ...through('a'), { verb: 'resume' }),
      CHECK('b'),
    ],
    'is to check after a canary that does not pause': [
      after(begin({ canary: { count: 1, pauseAfter: false } }), ...through('a')),
      CHECK('b'),
    ],
    'is to let the canary go alone': [after(begin({ ...canary, maxUnavailable: 2 }), checked('a'), started('a')), WAIT],
    'is to wait for an operator after a failure': [
      after(begin(), checked('a'), started('a'), ended('a', failed)),
      WAIT,
    ],
    'is to wait for an operator also after the last node failed': [
      after(begin({}, ['a']), checked('a'), started('a'), ended('a', failed)),
      WAIT,
    ],
    'is the next node when the runbook is resumed after a failure': [
      after(begin(), started('a'), ended('a', failed), { verb: 'resume' }),
      CHECK('b'),
    ],
    'is the next node when the failed one is skipped': [
      after(begin(), started('a'), ended('a', failed), { verb: 'skip', node: 'a' }),
      CHECK('b'),
    ],
    'is the failed node when it is retried, before the others': [
      after(begin(), ...through('a'), started('b'), ended('b', failed), { verb: 'retry', node: 'b' }),
      CHECK('b'),
    ],
    'is a second try': [
      after(begin(), started('a'), ended('a', failed), { verb: 'retry', node: 'a' }, checked('a')),
      { do: 'start', node: 'a', number: 2 },
    ],
    'is to check a node again that was not sent': [after(begin(), started('a'), ended('a', held)), CHECK('a')],
    'is another workflow for a node that was not sent': [
      after(begin(), started('a'), ended('a', held), checked('a')),
      { do: 'start', node: 'a', number: 2 },
    ],
    'is a third workflow for a second try after one that was not sent': [
      after(begin(), ...heldOnce('a'), started('a'), ended('a', failed), { verb: 'retry', node: 'a' }, checked('a')),
      { do: 'start', node: 'a', number: 3 },
    ],
    'is to wait when a node was not sent and the runbook is paused': [
      after(begin(), started('a'), { verb: 'pause' }, ended('a', held)),
      WAIT,
    ],
    'is the end when a node was not sent and the runbook is aborted': [
      after(begin(), started('a'), { verb: 'abort' }, ended('a', held)),
      END('Aborted'),
    ],
    'is the next node after a failure that is allowed': [
      after(begin({ maxFailures: 1 }), started('a'), ended('a', failed)),
      CHECK('b'),
    ],
    'is the end after a failure that aborts': [
      after(begin({ onFailure: 'Abort' }), started('a'), ended('a', failed)),
      END('Failed'),
    ],
    'is the end as Failed when a failure was accepted': [
      after(begin({}, ['a']), started('a'), ended('a', failed), { verb: 'resume' }),
      END('Failed'),
    ],
    'is the end as Complete when all have passed or were skipped': [
      after(begin(), ...through('a', 'b'), { verb: 'skip', node: 'c' }),
      END('Complete'),
    ],
    'is to wait while an operator has paused it': [after(begin(), checked('a'), { verb: 'pause' }), WAIT],
    'is to check again when it is resumed': [
      after(begin(), checked('a'), { verb: 'pause' }, { verb: 'resume' }),
      CHECK('a'),
    ],
    'is to wait while spec.paused is set': [after(begin(), { paused: true }), WAIT],
    'is to check when spec.paused is unset': [after(begin(), { paused: true }, { paused: false }), CHECK('a')],
    'is to wait while one of two pauses holds': [
      after(begin(), { paused: true }, { verb: 'pause' }, { paused: false }),
      WAIT,
    ],
    'leaves out spec.skipNodes': [after(begin(), { paused: false, skipNodes: ['a', 'nobody'] }), CHECK('b')],
    'leaves out a node of spec.skipNodes that was not sent after all': [
      after(begin(), started('a'), skipped('a'), ended('a', held)),
      CHECK('b'),
    ],
    'is the node again when spec.skipNodes no longer has it': [
      after(begin(), started('a'), skipped('a'), skipped(), ended('a', held)),
      CHECK('a'),
    ],
    'is the next node when one of spec.skipNodes has failed': [
      after(begin(), started('a'), skipped('a'), ended('a', failed)),
      CHECK('b'),
    ],
    'is the next node when one of spec.skipNodes has failed, where a failure would abort': [
      after(begin({ onFailure: 'Abort' }), started('a'), skipped('a'), ended('a', failed)),
      CHECK('b'),
    ],
    'is to wait when the chain was halted': [
      after(begin(), started('a'), { type: 'halted', message: 'Halted.' }, ended('a', passed)),
      WAIT,
    ],
    'is to wait for the node at hand when aborted': [
      after(begin(), checked('a'), started('a'), { verb: 'abort' }),
      WAIT,
    ],
    'is the end when aborted with none at hand': [after(begin(), checked('a'), { verb: 'abort' }), END('Aborted')],
    'is the end when aborted and the node at hand has failed': [
      after(begin(), started('a'), { verb: 'abort' }, ended('a', failed)),
      END('Aborted'),
    ],
    'is the end when deleted, whatever pauses': [after(begin(), { paused: true }, { type: 'deleted' }), END('Aborted')],
  };
  for (const [what, [state, step]] of Object.entries(steps)) {
    it(what, () => assert.deepEqual(nextRunbookStep(state, 10_000), step));
  }

  it('does not count what was not sent as a try, and shows what was in the way', () => {
    const state = after(begin(), started('a'), ended('a', held));
    assert.partialDeepStrictEqual(state.nodes, [{ name: 'a', phase: 'Pending', tries: 0 }]);
    assert.partialDeepStrictEqual(state.waiting, { reason: 'Guarded', message: 'At risk after all.' });
    assert.deepEqual(state.failures, []);
  });

  it('keeps the failure of a node that spec.skipNodes leaves out', () => {
    const state = after(begin(), started('a'), skipped('a'), ended('a', failed));
    assert.equal(state.nodes[0]?.phase, 'Skipped');
    assert.partialDeepStrictEqual(state.failures, [{ name: 'a', reason: 'TaskFailed' }]);
  });

  it('does not show what was in the way of a node that spec.skipNodes leaves out', () =>
    assert.equal(after(begin(), started('a'), skipped('a'), ended('a', held)).waiting, undefined));

  it('counts a node of spec.skipNodes that has passed as Complete', () =>
    assert.equal(after(begin(), started('a'), skipped('a'), ended('a', passed)).nodes[0]?.phase, 'Complete'));

  const long: Readonly<Record<string, readonly [state: RunbookState, step: RunbookStep]>> = {
    'is to continue in a new run in place of a check': [begin(), { do: 'continue-as-new' }],
    'is to continue in place of a start': [after(begin(), checked('a')), { do: 'continue-as-new' }],
    'is to continue while it is paused': [after(begin(), { paused: true }), { do: 'continue-as-new' }],
    'is to wait for the nodes at hand first': [
      after(begin({ maxUnavailable: 2 }), checked('a'), started('a'), checked('b')),
      WAIT,
    ],
    'is the end, if there is one': [after(begin({}, ['a']), ...through('a')), END('Complete')],
  };
  for (const [what, [state, step]] of Object.entries(long)) {
    it(`of a long history ${what}`, () => assert.deepEqual(nextRunbookStep(state, 10_000, true), step));
  }
});

describe('the state that a new run begins with', () => {
  it('makes the last check again', () => {
    const carried = carriedState(after(begin(), ...through('a'), checked('b')));
    assert.deepEqual(nextRunbookStep(carried, 10_000), CHECK('b'));
    assert.equal(carried.nodes[0]?.message, 'It is back.');
  });

  it('fits into a message to Temporal also when each of 2,000 nodes has failed with a long message', () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `n${index}`);
    const failure = { phase: 'Failed', reason: 'TaskFailed', message: 'x'.repeat(1_500) } as const;
    const state = begin({}, names);
    const carried = carriedState({ ...state, nodes: state.nodes.map((node) => ({ ...node, ...failure })) });
    assert.ok(JSON.stringify(carried).length < 1_000_000);
    assert.ok(carried.nodes.every(({ phase, reason }) => phase === 'Failed' && reason === 'TaskFailed'));
  });
});

/** What a simulated operator, node or clock does next. */
type Action =
  | { readonly act: 'step' }
  | { readonly act: 'end'; readonly result: NodeResult; readonly which: number }
  | { readonly act: 'control'; readonly verb: (typeof runbookVerbs)[number]; readonly which: number }
  | { readonly act: 'paused'; readonly paused: boolean; readonly which: number }
  | { readonly act: 'halted' | 'deleted' }
  | { readonly act: 'block' };

const result = fc.constantFrom(passed, failed, held);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Action>({ act: 'step' }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('end' as const), result, which: fc.nat(7) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('control' as const),
      verb: fc.constantFrom(...runbookVerbs),
      which: fc.nat(7),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('paused' as const), paused: fc.boolean(), which: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.constantFrom<Action>({ act: 'halted' }, { act: 'block' }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('step' as const) }) },
);

const rules: fc.Arbitrary<RunbookRules> = fc.record(
  {
    maxUnavailable: fc.integer({ min: 1, max: 4 }),
    canary: fc.record({ count: fc.integer({ min: 1, max: 3 }), pauseAfter: fc.boolean() }),
    soakMs: fc.constantFrom(0, 2_500),
    onFailure: fc.constantFrom('Pause' as const, 'Abort' as const),
    maxFailures: fc.nat(2),
  },
  { requiredKeys: ['maxUnavailable', 'soakMs', 'onFailure', 'maxFailures'] },
);

/** A runbook that is driven by actions. What is started is recorded, and every rule is checked at each start. */
class DrivenRunbook {
  state: RunbookState;
  readonly starts: string[] = [];
  #nowMs = 0;

  constructor(given: RunbookRules, count: number) {
    this.state = begin(
      given,
      Array.from({ length: count }, (_, index) => `n${index}`),
    );
  }

  act(each: Action): void {
    this.#nowMs += 1_000;
    const name = 'which' in each ? `n${each.which}` : '';
    switch (each.act) {
      case 'step':
        return this.#step();
      case 'end':
        return this.#end(each.result, each.which);
      case 'control':
        this.state = applyControl(
          this.state,
          { id: `c${this.#nowMs}`, verb: each.verb, node: name },
          this.#nowMs,
        ).state;
        return;
      case 'paused':
        this.state = applySettings(this.state, { generation: this.#nowMs, paused: each.paused, skipNodes: [name] });
        return;
      case 'block':
        return this.#event(blocked('n0'));
      default:
        return this.#event(each.act === 'halted' ? { type: 'halted', message: 'Halted.' } : { type: 'deleted' });
    }
  }

  /** Ends all that is at hand, and answers all that waits for an operator. */
  finish(): string {
    for (let rounds = 0; rounds < 200; rounds += 1) {
      const step = nextRunbookStep(this.state, this.#nowMs);
      if (step.do === 'end') return step.phase;
      this.#nowMs += 10_000;
      if (this.state.pauses.spec)
        this.state = applySettings(this.state, { generation: this.#nowMs, paused: false, skipNodes: [] });
      this.state = applyControl(this.state, { id: `f${this.#nowMs}`, verb: 'resume' }, this.#nowMs).state;
      this.#end(passed, 0);
      this.#step();
    }
    return assert.fail(`it does not end: ${JSON.stringify(this.state)}`);
  }

  #step(): void {
    const before = this.state;
    const step = nextRunbookStep(before, this.#nowMs);
    if (step.do === 'check') return this.#event(checked(step.node));
    if (step.do !== 'start') return;
    this.#event(started(step.node));
    this.starts.push(`${step.node}/${step.number}`);
    assert.ok(
      before.aborting === undefined && Object.keys(before.pauses).length === 0,
      'started while paused or aborting',
    );
    assert.ok((before.soakUntilMs ?? 0) <= this.#nowMs, 'started during a soak');
    assert.equal(before.nodes.find(({ name }) => name === step.node)?.phase, 'Pending');
    assert.ok(nodesIn(this.state, 'Running').length <= slots(before), 'more at hand than allowed');
  }

  #end(what: NodeResult, which: number): void {
    const running = nodesIn(this.state, 'Running');
    const node = running[which % Math.max(1, running.length)];
    if (node !== undefined) this.#event(ended(node.name, what));
  }

  #event(event: RunbookEvent): void {
    this.state = afterRunbookEvent(this.state, event, this.#nowMs);
  }
}

describe('a runbook, whatever happens to it', () => {
  it('never has more nodes at hand than allowed, starts each try once, and none while it is paused, aborting or soaking', () => {
    fc.assert(
      fc.property(
        rules,
        fc.integer({ min: 1, max: 8 }),
        fc.array(action, { maxLength: 80 }),
        (given, count, actions) => {
          const runbook = new DrivenRunbook(given, count);
          for (const each of actions) runbook.act(each);
          assert.equal(new Set(runbook.starts).size, runbook.starts.length);
        },
      ),
      { numRuns: caseCount(1_000) },
    );
  });

  it('starts no further node once it was aborted or deleted, and ends when those at hand have', () => {
    fc.assert(
      fc.property(
        rules,
        fc.array(action, { maxLength: 40 }),
        fc.array(action, { maxLength: 40 }),
        fc.boolean(),
        (given, actions, later, isDeleted) => {
          const runbook = new DrivenRunbook(given, 8);
          for (const each of actions) runbook.act(each);
          runbook.act(isDeleted ? { act: 'deleted' } : { act: 'control', verb: 'abort', which: 0 });
          const before = runbook.starts.length;
          for (const each of later) runbook.act(each);
          const phase = runbook.finish();
          assert.equal(runbook.starts.length, before);
          assert.ok(phase !== 'Complete' || runbook.state.aborting === undefined);
        },
      ),
      { numRuns: caseCount(500) },
    );
  });

  it('ends when operators resume it and nodes pass, with every node finished', () => {
    fc.assert(
      fc.property(rules, fc.array(action, { maxLength: 60 }), (given, actions) => {
        const runbook = new DrivenRunbook(given, 8);
        for (const each of actions) runbook.act(each);
        const phase = runbook.finish();
        const { aborting, nodes } = runbook.state;
        if (aborting !== undefined) return;
        assert.ok(nodes.every(({ phase: each }) => each !== 'Pending' && each !== 'Running'));
        assert.equal(phase, nodes.some(({ phase: each }) => each === 'Failed') ? 'Failed' : 'Complete');
      }),
      { numRuns: caseCount(500) },
    );
  });
});
