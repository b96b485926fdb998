import assert from 'node:assert/strict';
import { chainOnAClock, validatorsOf, type ChainOnAClock } from './chain-on-a-clock.ts';

/** In milliseconds from a time. */
function absencesSince({ chain }: ChainOnAClock, begin: number): unknown[] {
  return chain.absences.map(({ name, reason, fromMs, toMs }) => [
    name,
    reason,
    fromMs - begin,
    toMs === undefined ? undefined : toMs - begin,
  ]);
}

describe('the absences of a simulated chain', () => {
  it('are none while everybody signs', () => {
    const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1') });
    clock.pass(10_000);
    assert.deepEqual(clock.chain.absences, []);
  });

  it('have each validator that did not sign, also without a stop, with its reason and until when', () => {
    const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
    const begin = clock.now();
    clock.pass(1_000);
    clock.node('v0').stops('task');
    clock.pass(1_000);
    clock.node('v0').serves(0);
    clock.chain.setValidator('v1', { down: true });
    clock.pass(1_000);
    assert.deepEqual(absencesSince(clock, begin), [
      ['v0', 'task', 1_000, 2_000],
      ['v1', 'down', 2_000, undefined],
    ]);
    assert.deepEqual(clock.chain.stops, []);
  });

  it('last until a node has caught up, whenever somebody looks', () => {
    const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
    const begin = clock.now();
    clock.node('v0').stops('task');
    clock.pass(500);
    clock.node('v0').serves(2_000);
    clock.pass(60_000);
    assert.deepEqual(absencesSince(clock, begin), [['v0', 'task', 0, 2_500]]);
  });

  it('tell another reason apart', () => {
    const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
    const begin = clock.now();
    clock.node('v0').stops('exit');
    clock.pass(100);
    clock.chain.setValidator('v0', { down: true });
    assert.deepEqual(absencesSince(clock, begin), [
      ['v0', 'exit', 0, 100],
      ['v0', 'down', 100, undefined],
    ]);
  });

  it('are none of a validator that signs with another node', () => {
    const validators = [{ name: 'both', power: '1', nodes: ['one', 'other'] }, ...validatorsOf('1', '1', '1')];
    const clock = chainOnAClock({ validators });
    clock.node('one').stops('task');
    clock.pass(1_000);
    assert.ok(!clock.chain.absences.some(({ name }) => name === 'both'));
  });

  it('begin with the first block, and end with the fleet', () => {
    const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1') }, { serving: false });
    clock.pass(1_000);
    for (const name of ['v0', 'v1', 'v2']) clock.node(name).serves(0);
    clock.chain.end();
    clock.node('v0').stops('exit');
    assert.deepEqual(clock.chain.absences, []);
  });
});
