/** A simulated chain: blocks, stops, upgrades and validators, on a clock of its own. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { InvalidInput } from '../../simulator/parse-json.ts';
import { caseCount } from '../support/case-count.ts';
import { chainOnAClock, INTERVAL_MS, START_HEIGHT, validatorsOf, type ChainOnAClock } from './chain-on-a-clock.ts';

const SECOND = 1_000;

function signersAt({ chain }: ChainOnAClock, height: number): string[] {
  const names = new Map(chain.validators.map(({ address, name }) => [address, name]));
  return [...chain.block(height)!.signers].map((address) => names.get(address)!).toSorted();
}

describe('a simulated chain', () => {
  describe('makes blocks', () => {
    it('at its interval, from its start height', () => {
      const clock = chainOnAClock({ validators: validatorsOf('1') });
      assert.equal(clock.chain.height, START_HEIGHT);
      assert.equal(clock.blocksIn(INTERVAL_MS - 1), 0);
      assert.equal(clock.blocksIn(1), 1);
      assert.equal(clock.blocksIn(10 * SECOND), 100);
    });

    it('whose times are an interval apart, and which it keeps', () => {
      const { chain, pass } = chainOnAClock({ validators: validatorsOf('1') });
      pass(10 * SECOND);
      const times = [1_001, 1_002, 1_100].map((height) => chain.block(height)!.timeMs);
      assert.deepEqual([times[1]! - times[0]!, times[2]! - times[0]!], [INTERVAL_MS, 99 * INTERVAL_MS]);
      assert.equal(chain.block(1_101), undefined);
    });

    it('and has a past that everybody has signed', () => {
      const clock = chainOnAClock({ validators: validatorsOf('3', '2', '1') });
      assert.deepEqual(signersAt(clock, START_HEIGHT - 50), ['v0', 'v1', 'v2']);
      assert.equal(clock.chain.block(START_HEIGHT - 100), undefined);
    });

    it('with powers beyond 2^53', () => {
      const clock = chainOnAClock({ validators: validatorsOf('9007199254740993', 18_014_398_509_481_984n) });
      clock.node('v0').stops('exit');
      assert.equal(clock.blocksIn(SECOND), 0);
      const [stop] = clock.chain.stops;
      assert.deepEqual([stop?.downPower, stop?.totalPower], ['9007199254740993', '27021597764222977']);
    });

    it('not before enough validators have served for the first time, which does not count as a stop', () => {
      const { chain, node, blocksIn } = chainOnAClock({ validators: validatorsOf('1', '1', '1') }, { serving: false });
      for (const name of ['v0', 'v1']) node(name).serves(0);
      assert.equal(blocksIn(SECOND), 0);
      node('v2').serves(0);
      assert.ok(blocksIn(SECOND) > 0);
      assert.deepEqual(chain.stops, []);
    });
  });

  describe('stops', () => {
    for (const [powers, down, goesOn] of [
      [['1'], 1, false],
      [['1', '1', '1'], 1, false],
      [['1', '1', '1', '1'], 1, true],
      [['1', '1', '1', '1'], 2, false],
      [['10', '9', '9', '9'], 1, true],
      [['100', '100', '101'], 1, true],
      [['101', '100', '100'], 1, false],
      [['1', '1', '1', '1', '1', '1', '1'], 2, true],
      [['1', '1', '1', '1', '1', '1', '1'], 3, false],
    ] as const) {
      it(`${goesOn ? 'not ' : ''}with ${down} of ${powers.join(', ')} down`, () => {
        const clock = chainOnAClock({ validators: validatorsOf(...powers) });
        for (let index = 0; index < down; index += 1) clock.node(`v${index}`).stops('exit');
        assert.equal(clock.blocksIn(SECOND) > 0, goesOn);
        assert.equal(clock.chain.stops.length, goesOn ? 0 : 1);
      });
    }

    it('as long as the power is missing, and says who was down', () => {
      const { chain, node, pass, now } = chainOnAClock({ validators: validatorsOf('3', '2', '1') });
      pass(SECOND);
      const { height } = chain;
      const fromMs = now();
      node('v1').stops('exit');
      pass(SECOND);
      const [{ address, name, power }] = chain.validators.filter(({ name: other }) => other === 'v1') as [
        (typeof chain.validators)[number],
      ];
      const stop = {
        fromMs,
        height,
        downPower: '2',
        taskPower: '0',
        totalPower: '6',
        down: [{ name, address, power, reason: 'exit' }],
      };
      assert.deepEqual(chain.stops, [stop]);
      assert.equal(chain.height, height);
      node('v1').serves(0);
      const toMs = now();
      pass(SECOND);
      assert.deepEqual(chain.stops, [{ ...stop, toMs }]);
      assert.ok(chain.height >= height + SECOND / INTERVAL_MS);
    });

    it('with the reason of each that is down, and the power that tasks have taken down', () => {
      const { chain, node, pass } = chainOnAClock({
        validators: [
          ...['task', 'exit', 'lags', 'catches-up'].map((name) => ({ name, power: '2' })),
          { name: 'fine', power: '16' },
          { name: 'sentries', power: '1', nodes: ['one', 'other'] },
          { name: 'set-down', power: '5', nodes: [] },
        ],
      });
      node('one').stops('exit');
      pass(1);
      node('other').stops('task');
      node('lags').setFaults({ lagBlocks: 1 });
      node('catches-up').stops('task');
      node('catches-up').serves(SECOND);
      node('task').stops('task');
      node('exit').stops('exit');
      assert.equal(chain.stops.length, 0);
      chain.setValidator('set-down', { down: true });
      const { down, taskPower, downPower } = chain.stops[0]!;
      assert.deepEqual(down.map(({ name, reason }) => `${name}: ${reason}`).toSorted(), [
        'catches-up: task',
        'exit: exit',
        'lags: behind',
        'sentries: task',
        'set-down: down',
        'task: task',
      ]);
      assert.deepEqual([taskPower, downPower], ['5', '14']);
    });

    for (const [first, last] of [
      ['task', 'exit'],
      ['exit', 'task'],
    ] as const)
      it(`with the reason ${last} where the last node with a key went down so, after one with ${first}`, () => {
        const { chain, node, pass } = chainOnAClock({
          validators: [{ name: 'v0', power: '1', nodes: ['sentry-0', 'sentry-1'] }],
        });
        node('sentry-0').stops(first);
        pass(SECOND);
        node('sentry-1').stops(last);
        assert.deepEqual(
          chain.stops.map(({ down }) => down.map(({ reason }) => reason)),
          [[last]],
        );
      });

    it('also when no block was due in that time', () => {
      const { chain, node, pass } = chainOnAClock({ validators: validatorsOf('1') });
      pass(10);
      node('v0').stops('exit');
      node('v0').serves(0);
      assert.equal(chain.stops.length, 1);
    });

    it('once for all who are down at the same time', () => {
      const { chain, node, pass } = chainOnAClock({ validators: validatorsOf('1', '1', '1') });
      for (const name of ['v0', 'v1', 'v2']) {
        node(name).stops('exit');
        pass(SECOND);
      }
      for (const name of ['v0', 'v1']) node(name).serves(0);
      assert.deepEqual(
        chain.stops.map(({ toMs }) => toMs),
        [undefined],
      );
      node('v2').serves(0);
      assert.deepEqual(
        chain.stops.map(({ toMs }) => typeof toMs),
        ['number'],
      );
    });

    it('never while another node with the key serves', () => {
      const { chain, node, pass, blocksIn } = chainOnAClock({
        validators: [{ name: 'v0', power: '1', nodes: ['sentry-0', 'sentry-1', 'sentry-2'] }],
      });
      node('sentry-0').stops('exit');
      node('sentry-2').stops('exit');
      assert.ok(blocksIn(SECOND) > 0);
      node('sentry-1').stops('exit');
      pass(SECOND);
      assert.equal(chain.stops.length, 1);
    });

    it('not for full nodes', () => {
      const { chain, node, blocksIn } = chainOnAClock({ validators: validatorsOf('1') }, { fullNodes: ['full-0'] });
      node('full-0').stops('exit');
      assert.ok(blocksIn(SECOND) > 0);
      assert.deepEqual(chain.stops, []);
    });

    it('for a validator that somebody else operates only when it is set down', () => {
      const { chain, blocksIn } = chainOnAClock({
        validators: [
          { name: 'v0', power: '1' },
          { name: 'other', power: '1', nodes: [] },
        ],
      });
      assert.ok(blocksIn(SECOND) > 0);
      chain.setValidator('other', { down: true });
      assert.equal(blocksIn(SECOND), 0);
      chain.setValidator('other', { down: false });
      assert.ok(blocksIn(SECOND) > 0);
    });

    it('exactly when a third or more of the power is down: random powers and courses', () => {
      const power = fc.bigInt({ min: 1n, max: 2n ** 60n });
      const steps = fc.array(fc.tuple(fc.nat(), fc.boolean(), fc.integer({ min: 0, max: 500 })), { maxLength: 40 });
      fc.assert(
        fc.property(fc.array(power, { minLength: 1, maxLength: 12 }), steps, (powers, course) => {
          const clock = chainOnAClock({ validators: validatorsOf(...powers) });
          const total = powers.reduce((sum, one) => sum + one, 0n);
          const down = new Set<number>();
          for (const [pick, serves, milliseconds] of course) {
            const index = pick % powers.length;
            if (serves) clock.node(`v${index}`).serves(0);
            else clock.node(`v${index}`).stops('exit');
            if (serves) down.delete(index);
            else down.add(index);
            const absent = [...down].reduce((sum, one) => sum + powers[one]!, 0n);
            const should = 3n * absent < total;
            const stops = clock.chain.stops.at(-1);
            assert.equal(stops === undefined || stops.toMs !== undefined, should);
            const made = clock.blocksIn(milliseconds);
            if (!should) assert.equal(made, 0);
            else assert.ok(made >= Math.floor(milliseconds / INTERVAL_MS));
            if (made > 0) assert.equal(signersAt(clock, clock.chain.height).length, powers.length - down.size);
          }
        }),
        { numRuns: caseCount(500) },
      );
    });
  });

  describe('a commit', () => {
    it('contains those who were up at its block', () => {
      const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
      clock.pass(SECOND);
      const whole = clock.chain.height;
      clock.node('v2').stops('exit');
      clock.pass(SECOND);
      const without = clock.chain.height;
      clock.node('v2').serves(0);
      clock.pass(SECOND);
      assert.deepEqual(signersAt(clock, whole), ['v0', 'v1', 'v2', 'v3']);
      assert.deepEqual(signersAt(clock, whole + 1), ['v0', 'v1', 'v3']);
      assert.deepEqual(signersAt(clock, without), ['v0', 'v1', 'v3']);
      assert.deepEqual(signersAt(clock, without + 1), ['v0', 'v1', 'v2', 'v3']);
    });

    it('does not contain one that is down although its node serves', () => {
      const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
      clock.chain.setValidator('v1', { down: true });
      clock.pass(SECOND);
      assert.deepEqual(signersAt(clock, clock.chain.height), ['v0', 'v2', 'v3']);
    });
  });

  describe('a node', () => {
    it('that is down does not advance, catches up for a while, and then signs', () => {
      const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
      const node = clock.node('v0');
      clock.pass(SECOND);
      const { height } = node;
      node.stops('exit');
      clock.pass(10 * SECOND);
      node.serves(2 * SECOND);
      assert.deepEqual([node.height, node.catchingUp], [height, true]);
      clock.pass(SECOND);
      assert.ok(node.height > height && node.height < clock.chain.height, `${node.height}`);
      assert.ok(node.catchingUp);
      clock.pass(SECOND);
      assert.deepEqual([node.height, node.catchingUp], [clock.chain.height, false]);
      const caughtUp = clock.chain.height;
      clock.pass(SECOND);
      assert.deepEqual(signersAt(clock, caughtUp - 1), ['v1', 'v2', 'v3']);
      assert.deepEqual(signersAt(clock, caughtUp + 2), ['v0', 'v1', 'v2', 'v3']);
    });

    it('that ends again before it has served continues from where it was', () => {
      const clock = chainOnAClock({ validators: validatorsOf('1') }, { fullNodes: ['full-0'] });
      const node = clock.node('full-0');
      clock.pass(SECOND);
      const { height } = node;
      node.stops('task');
      clock.pass(SECOND);
      node.stops('exit');
      node.serves(SECOND);
      assert.deepEqual([node.height, node.absence(clock.now(), 0)], [height, 'task']);
    });

    it('that catches up is down for the chain', () => {
      const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
      clock.node('v0').stops('exit');
      clock.node('v0').serves(5 * SECOND);
      clock.node('v1').stops('exit');
      clock.node('v1').serves(0);
      assert.deepEqual(clock.chain.stops.length, 1);
    });

    it('that has caught up continues a chain that has stopped, at that time', () => {
      const { chain, node, pass, now } = chainOnAClock({ validators: validatorsOf('1') });
      node('v0').stops('exit');
      node('v0').serves(SECOND);
      const ends = now() + SECOND;
      pass(10 * SECOND);
      assert.deepEqual(
        chain.stops.map(({ toMs }) => toMs),
        [ends],
      );
      assert.ok(chain.height >= START_HEIGHT + 9 * (SECOND / INTERVAL_MS));
    });

    it('that lags reports an older height and does not sign', () => {
      const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
      clock.node('v3').setFaults({ lagBlocks: 7 });
      clock.pass(SECOND);
      assert.equal(clock.node('v3').height, clock.chain.height - 7);
      assert.deepEqual(signersAt(clock, clock.chain.height), ['v0', 'v1', 'v2']);
    });

    it('that is frozen stays at its height until it is not', () => {
      const { chain, node, pass } = chainOnAClock({ validators: validatorsOf('1') }, { fullNodes: ['full-0'] });
      pass(SECOND);
      const { height } = chain;
      node('full-0').setFaults({ frozen: true });
      pass(SECOND);
      node('full-0').setFaults({ frozen: true });
      assert.deepEqual([node('full-0').height, node('full-0').catchingUp], [height, false]);
      node('full-0').setFaults({});
      assert.equal(node('full-0').height, chain.height);
    });
  });

  describe('an upgrade', () => {
    const upgrade = { name: 'v7', height: START_HEIGHT + 5 };
    let clock: ChainOnAClock;

    beforeEach(() => {
      clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1'), upgrade });
      clock.pass(10 * SECOND);
    });

    it('stops every node before its height, which does not count as a stop', () => {
      assert.equal(clock.chain.height, upgrade.height - 1);
      for (const node of clock.nodes.values())
        assert.deepEqual([node.height, node.plan], [upgrade.height - 1, upgrade]);
      assert.deepEqual(clock.chain.stops, []);
    });

    it('continues when more than two thirds of the power have it; the others stay and do not sign', () => {
      for (const name of ['v0', 'v1']) clock.node(name).upgrade();
      assert.equal(clock.blocksIn(SECOND), 0);
      clock.node('v2').upgrade();
      clock.pass(SECOND);
      assert.ok(clock.chain.height > upgrade.height);
      assert.deepEqual([clock.chain.plan, clock.node('v0').plan], [undefined, undefined]);
      assert.deepEqual([clock.node('v3').height, clock.node('v3').plan], [upgrade.height - 1, upgrade]);
      assert.deepEqual(signersAt(clock, clock.chain.height), ['v0', 'v1', 'v2']);
      clock.node('v3').upgrade();
      clock.pass(SECOND);
      assert.equal(clock.node('v3').height, clock.chain.height);
      assert.deepEqual(signersAt(clock, clock.chain.height), ['v0', 'v1', 'v2', 'v3']);
    });

    it('counts as a stop what happens after it', () => {
      clock.chain.upgradeAll();
      clock.pass(SECOND);
      for (const name of ['v0', 'v1']) clock.node(name).stops('exit');
      assert.equal(clock.chain.stops.length, 1);
    });

    it('must be above the last block', () => {
      assert.throws(() => clock.chain.planUpgrade({ name: 'v8', height: 3 }), InvalidInput);
    });
  });

  describe('a validator', () => {
    it('that is jailed leaves the set after the next block, and comes back', () => {
      const clock = chainOnAClock({ validators: validatorsOf('1', '1', '1', '1') });
      const { chain } = clock;
      clock.pass(SECOND);
      const { height } = chain;
      chain.setValidator('v0', { jailed: true });
      clock.pass(SECOND);
      const sizes = [height, height + 1, height + 2, chain.height + 1].map((at) => chain.validatorsAt(at)?.length);
      assert.deepEqual(sizes, [4, 4, 3, 3]);
      assert.deepEqual(signersAt(clock, chain.height), ['v1', 'v2', 'v3']);
      chain.setValidator('v0', { jailed: false });
      clock.pass(SECOND);
      assert.equal(chain.validatorsAt(chain.height)?.length, 4);
    });

    it('that is jailed has no power, so that the others are the whole', () => {
      const { chain, node, pass, blocksIn } = chainOnAClock({ validators: validatorsOf('1', '1', '1', '2') });
      chain.setValidator('v3', { jailed: true });
      pass(SECOND);
      node('v0').stops('exit');
      assert.equal(blocksIn(SECOND), 0);
      assert.equal(chain.stops[0]?.totalPower, '3');
    });

    it('that is jailed while the chain has stopped stays in the set', () => {
      const { chain, node, blocksIn } = chainOnAClock({ validators: validatorsOf('1', '1') });
      node('v0').stops('exit');
      chain.setValidator('v0', { jailed: true });
      assert.equal(blocksIn(SECOND), 0);
    });

    it('may get another power', () => {
      const { chain, pass } = chainOnAClock({ validators: validatorsOf('1', '2') });
      chain.setValidator('v0', { power: '5' });
      pass(SECOND);
      assert.deepEqual(
        chain.validatorsAt(chain.height)?.map(({ power }) => power),
        [5n, 2n],
      );
    });
  });

  it('records no stops after its end', () => {
    const { chain, node, pass } = chainOnAClock({ validators: validatorsOf('1') });
    chain.end();
    node('v0').stops('exit');
    pass(SECOND);
    assert.deepEqual(chain.stops, []);
  });

  it('continues at a height that is set', () => {
    const { chain, blocksIn } = chainOnAClock({ validators: validatorsOf('1') });
    chain.setHeight(1_000_000);
    assert.equal(chain.height, 1_000_000);
    assert.equal(blocksIn(SECOND), 10);
  });
});
