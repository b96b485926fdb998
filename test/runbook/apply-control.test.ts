import assert from 'node:assert/strict';
import { runbookVerbs, type RunbookVerb } from '../../api/runbook-phases.ts';
import { afterRunbookEvent, type RunbookEvent } from '../../core/runbook/after-runbook-event.ts';
import { applyControl, applySettings } from '../../core/runbook/apply-control.ts';
import { initialRunbookState, type RunbookRules, type RunbookState } from '../../core/runbook/runbook-state.ts';
import { runbookView } from '../../core/runbook/runbook-view.ts';
import { present } from '../../lib/present.ts';

const NOW = 10_000;

function begin(rules: Partial<RunbookRules> = {}): RunbookState {
  return initialRunbookState({
    rules: { maxUnavailable: 1, soakMs: 0, onFailure: 'Pause', maxFailures: 0, ...rules },
    nodes: ['a', 'b', 'c'].map((name) => ({ name, isValidator: false })),
    startedAtMs: 0,
  });
}

const after = (state: RunbookState, ...events: readonly RunbookEvent[]): RunbookState =>
  events.reduce((next, event) => afterRunbookEvent(next, event, 5_000), state);
const pass = (node: string): RunbookEvent => ({ type: 'ended', node, result: { state: 'passed', message: '' } });
const fail = (node: string): RunbookEvent => ({
  type: 'ended',
  node,
  result: { state: 'failed', reason: 'TaskFailed', message: '' },
});
const start = (node: string): RunbookEvent => ({ type: 'started', node });
const control = (state: RunbookState, verb: RunbookVerb, node?: string) =>
  applyControl(state, { id: '1', verb, ...(node === undefined ? {} : { node }) }, NOW);

/** One of each kind of state, by its phase and reason. Node `a` is the one that has something to it. */
const states = {
  'Waiting/Checking': begin(),
  'Waiting/Guarded': after(begin(), {
    type: 'checked',
    node: 'a',
    obstacle: { reason: 'Guarded', message: 'At risk.' },
  }),
  'Waiting/Soaking': after(begin({ soakMs: 60_000 }), start('a'), pass('a')),
  'Running/RestartingNodes': after(begin(), start('a')),
  'Running/RestartingNodes gating': after(begin(), start('a'), { type: 'stepped', node: 'a', step: 'Gating' }),
  'Paused/PausedByOperator': control(begin(), 'pause').state,
  'Paused/PausedBySpec': applySettings(begin(), { generation: 2, paused: true, skipNodes: [] }),
  'Paused/CanaryPassed': after(begin({ canary: { count: 1, pauseAfter: true } }), start('a'), pass('a')),
  'Paused/ChainHalted': after(begin(), start('a'), { type: 'halted', message: 'Halted.' }),
  'NeedsOperator/NodesFailed': after(begin(), start('a'), fail('a')),
  'Running/AbortedByOperator': control(after(begin(), start('a')), 'abort').state,
  'Running/Deleted': after(begin(), start('a'), { type: 'deleted' }),
} as const satisfies Record<string, RunbookState>;
type StateName = keyof typeof states;

/** In which states each verb is accepted. skip and retry name node `a`. */
const accepted: Readonly<Record<RunbookVerb, readonly StateName[]>> = {
  pause: [
    'Waiting/Checking',
    'Waiting/Guarded',
    'Waiting/Soaking',
    'Running/RestartingNodes',
    'Running/RestartingNodes gating',
    'Paused/PausedBySpec',
    'Paused/CanaryPassed',
    'Paused/ChainHalted',
    'NeedsOperator/NodesFailed',
  ],
  resume: ['Paused/PausedByOperator', 'Paused/CanaryPassed', 'Paused/ChainHalted', 'NeedsOperator/NodesFailed'],
  skip: [
    'Waiting/Checking',
    'Waiting/Guarded',
    'Paused/PausedByOperator',
    'Paused/PausedBySpec',
    'NeedsOperator/NodesFailed',
  ],
  retry: ['NeedsOperator/NodesFailed'],
  abort: [
    'Waiting/Checking',
    'Waiting/Guarded',
    'Waiting/Soaking',
    'Running/RestartingNodes',
    'Running/RestartingNodes gating',
    'Paused/PausedByOperator',
    'Paused/PausedBySpec',
    'Paused/CanaryPassed',
    'Paused/ChainHalted',
    'NeedsOperator/NodesFailed',
  ],
  promote: ['Waiting/Soaking', 'Running/RestartingNodes gating', 'Paused/CanaryPassed'],
};

describe('a command to a runbook', () => {
  for (const [name, state] of Object.entries(states)) {
    it(`meets the state ${name}`, () => {
      const { phase, reason } = runbookView(state, NOW);
      assert.equal(`${phase}/${reason}`, name.split(' ')[0]);
    });
    for (const verb of runbookVerbs) {
      const isAccepted = accepted[verb].includes(name as StateName);
      it(`${verb} is ${isAccepted ? 'accepted' : 'refused with a sentence'} in ${name}`, () => {
        const node = verb === 'skip' || verb === 'retry' ? { node: 'a' } : {};
        const { state: next, answer } = applyControl(state, { id: 'tried', verb, ...node }, NOW);
        assert.equal(answer.isAccepted, isAccepted, answer.message);
        assert.match(answer.message, /^[A-Z].*\.$|^(?:skip|retry) .*\.$/);
        assert.deepEqual(next.answers.at(-1), answer);
        if (isAccepted) return;
        const { answers: _, revision: __, ...unchanged } = next;
        const { answers: ___, revision: ____, ...before } = state;
        assert.deepEqual(unchanged, before);
      });
    }
  }

  it('has one effect and one answer under one id, whatever else it says', () => {
    const paused = control(begin(), 'pause');
    const again = applyControl(paused.state, { id: '1', verb: 'abort' }, NOW + 1);
    assert.deepEqual(again.answer, paused.answer);
    assert.equal(again.state, paused.state);
  });

  it('has no effect once the end was decided, and neither has an edit of the spec', () => {
    const { state: paused, answer } = control(begin(), 'pause');
    const over = afterRunbookEvent(paused, { type: 'over' }, NOW);
    for (const verb of runbookVerbs) {
      const refused = applyControl(over, { id: 'late', verb, node: 'a' }, NOW);
      assert.ok(!refused.answer.isAccepted);
      assert.match(refused.answer.message, /\bhas ended\b/);
      assert.deepEqual(refused.state.pauses, over.pauses);
    }
    assert.deepEqual(applyControl(over, { id: answer.id, verb: 'pause' }, NOW).answer, answer);
    assert.equal(applySettings(over, { generation: 9, paused: true, skipNodes: ['a'] }), over);
  });

  it('is refused in the spec under an id that was there before another one, and the answer is shown', () => {
    const fromSpec = (state: RunbookState, id: string, verb: RunbookVerb) =>
      applyControl(state, { id, verb, isFromSpec: true }, NOW).state;
    const resumed = fromSpec(fromSpec(begin(), '1', 'pause'), '2', 'resume');
    assert.equal(fromSpec(resumed, '2', 'resume'), resumed, 'the command that is shown is not answered again');
    const again = fromSpec(resumed, '1', 'pause');
    assert.deepEqual(again.pauses, {});
    const { control: shown } = runbookView(again, NOW);
    assert.partialDeepStrictEqual(shown, { id: '1', verb: 'pause', accepted: false });
    assert.match(shown?.message ?? '', /\b1 was used before\b/);
  });

  it('skip and retry are refused for a node that is not frozen, and without a node', () => {
    for (const verb of ['skip', 'retry'] as const) {
      assert.match(control(begin(), verb, 'z').answer.message, /\bz\b/);
      assert.equal(control(begin(), verb).answer.isAccepted, false);
    }
  });

  it('promote ends the gates of all nodes, or that of one', () => {
    const gating = after(
      begin({ maxUnavailable: 2 }),
      start('a'),
      start('b'),
      { type: 'stepped', node: 'a', step: 'Gating' },
      { type: 'stepped', node: 'b', step: 'Gating' },
    );
    assert.deepEqual(control(gating, 'promote').promotedGates, ['a', 'b']);
    assert.deepEqual(control(gating, 'promote', 'b').promotedGates, ['b']);
    assert.equal(control(gating, 'promote', 'c').answer.isAccepted, false);
  });

  it('promote of one node ends neither the soak nor the pause after the canary', () => {
    const node = states['Running/RestartingNodes gating'].nodes.find(({ step }) => step === 'Gating')?.name ?? '';
    for (const name of ['Waiting/Soaking', 'Paused/CanaryPassed'] as const) {
      const { soakUntilMs, pauses } = states[name];
      const gating = { ...states['Running/RestartingNodes gating'], pauses, ...present({ soakUntilMs }) };
      const { state, answer } = control(gating, 'promote', node);
      assert.deepEqual([answer.isAccepted, state.soakUntilMs, state.pauses], [true, soakUntilMs, pauses]);
      assert.equal(control(states[name], 'promote', node).answer.isAccepted, false);
    }
  });

  it('promote never clears a node that the guard holds', () => {
    assert.equal(control(states['Waiting/Guarded'], 'promote').answer.isAccepted, false);
  });

  it('resume leaves spec.paused, and says so', () => {
    const both = control(states['Paused/PausedBySpec'], 'pause').state;
    const { state, answer } = applyControl(both, { id: '2', verb: 'resume' }, NOW);
    assert.deepEqual(state.pauses, { spec: true });
    assert.match(answer.message, /spec\.paused/);
  });

  it('remembers the last fifty answers', () => {
    const state = Array.from({ length: 60 }).reduce<RunbookState>(
      (next, _, index) => applyControl(next, { id: `${index}`, verb: index % 2 === 0 ? 'pause' : 'resume' }, NOW).state,
      begin(),
    );
    assert.deepEqual([state.answers.length, state.answers.at(-1)?.id], [50, '59']);
  });

  it('an older spec changes nothing', () => {
    const newer = applySettings(begin(), { generation: 3, paused: true, skipNodes: [] });
    assert.equal(applySettings(newer, { generation: 2, paused: false, skipNodes: ['a'] }), newer);
  });

  it('a spec of a lower generation applies when it was read later, as after a restored backup', () => {
    const before = applySettings(begin(), { generation: 3, readAtMs: 1_000, paused: false, skipNodes: [] });
    const { pauses, generation } = applySettings(before, {
      generation: 2,
      readAtMs: 2_000,
      paused: true,
      skipNodes: [],
    });
    assert.deepEqual([pauses, generation], [{ spec: true }, 2]);
  });

  it('a spec of a lower generation does not end a pause by the later one; resume does', () => {
    const before = applySettings(begin(), { generation: 3, readAtMs: 1_000, paused: true, skipNodes: [] });
    const restored = applySettings(before, { generation: 2, readAtMs: 2_000, paused: false, skipNodes: [] });
    assert.deepEqual(Object.keys(restored.pauses), ['operator']);
    assert.deepEqual(control(restored, 'resume').state.pauses, {});
    const edited = applySettings(restored, { generation: 3, readAtMs: 3_000, paused: false, skipNodes: [] });
    assert.deepEqual(edited.pauses, restored.pauses);
  });

  it('a spec of a lower generation changes nothing when it was read before the present one, or before the start', () => {
    const initial = { ...begin(), startedAtMs: 1_000, generation: 3 };
    const edited = applySettings(initial, { generation: 4, readAtMs: 2_000, paused: true, skipNodes: [] });
    for (const [state, readAtMs] of [
      [initial, 900],
      [edited, 1_900],
    ] as const)
      assert.equal(applySettings(state, { generation: 2, readAtMs, paused: false, skipNodes: [] }), state);
  });
});
