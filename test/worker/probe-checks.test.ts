import assert from 'node:assert/strict';
import { healthOf, readinessOf, type Running } from '../../worker/probe-checks.ts';

const WELL: Running = {
  temporal: { problem: undefined },
  worker: { getState: () => 'RUNNING' },
  bridge: { isLeading: true, problem: undefined, conflict: undefined, queueLength: 0, failing: 0 },
};

interface Case {
  readonly running: Running;
  readonly role?: 'all' | 'bridge' | 'worker';
  readonly isStopping?: boolean;
  /** Names of those that fail. */
  readonly failing: readonly string[];
  readonly details?: Readonly<Record<string, RegExp>>;
}

const cases: Readonly<Record<string, Case>> = {
  'when all is well': { running: WELL, failing: [] },
  'when it was asked to stop': { running: WELL, isStopping: true, failing: ['running'] },
  'before Temporal was reached': {
    running: { waitsFor: 'Connecting to Temporal failed: refused' },
    failing: ['temporal', 'worker', 'kubernetes', 'bridge'],
    details: { temporal: /refused/ },
  },
  'before the API server was reached': {
    running: { temporal: { problem: undefined }, waitsFor: 'Reading from the API server failed: refused' },
    failing: ['worker', 'kubernetes', 'bridge'],
    details: { kubernetes: /refused/ },
  },
  'when Temporal no longer answers': {
    running: { ...WELL, temporal: { problem: 'no answer' } },
    failing: ['temporal'],
    details: { temporal: /^no answer$/ },
  },
  'when its worker has failed': {
    running: { ...WELL, worker: { getState: () => 'FAILED' } },
    failing: ['worker'],
    details: { worker: /FAILED/ },
  },
  'when its watch has failed': {
    running: {
      ...WELL,
      bridge: { isLeading: true, problem: 'forbidden', conflict: undefined, queueLength: 0, failing: 0 },
    },
    failing: ['bridge'],
    details: { bridge: /^forbidden$/ },
  },
  'while reconciles back off, which it counts': {
    running: {
      ...WELL,
      bridge: { isLeading: true, problem: undefined, conflict: undefined, queueLength: 5, failing: 2 },
    },
    failing: [],
    details: { bridge: /\b5\b.*\b2\b/ },
  },
  'as a worker without a bridge': {
    running: { temporal: WELL.temporal!, worker: WELL.worker! },
    role: 'worker',
    failing: [],
  },
  'as a bridge without a worker': {
    running: { temporal: WELL.temporal!, bridge: WELL.bridge! },
    role: 'bridge',
    failing: [],
  },
};

describe('readiness', () => {
  for (const [what, { running, role = 'all', isStopping = false, failing, details = {} }] of Object.entries(cases)) {
    it(what, () => {
      const checks = readinessOf(role, running, isStopping);
      const names = Object.entries(checks).filter(([, { passes }]) => !passes);
      assert.deepEqual(
        names.map(([name]) => name),
        failing,
      );
      for (const [name, words] of Object.entries(details)) assert.match(checks[name]?.detail ?? '', words);
    });
  }

  it('names a bridge that stands by, which is ready', () => {
    const bridge = { isLeading: false, problem: undefined, conflict: undefined, queueLength: 0, failing: 0 };
    assert.equal(readinessOf('all', { ...WELL, bridge }, false)['standing by']?.passes, true);
    assert.equal('standing by' in readinessOf('all', WELL, false), false);
    const shared = { ...bridge, conflict: 'The leader has other settings.' };
    const check = readinessOf('all', { ...WELL, bridge: shared }, false)['standing by'];
    assert.deepEqual(check, { passes: true, detail: shared.conflict });
  });
});

describe('health', () => {
  it('is that of the worker, once it runs', () => {
    assert.deepEqual(healthOf({}), {});
    assert.equal(healthOf({ liveness: { wedge: undefined } })['worker']?.passes, true);
    assert.deepEqual(healthOf({ liveness: { wedge: 'It hangs.' } })['worker'], { passes: false, detail: 'It hangs.' });
  });
});
