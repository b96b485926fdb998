import assert from 'node:assert/strict';
import { benchArguments } from '../../bench/arguments.ts';

describe('arguments of npm run bench', () => {
  it('are numbers, and the others are as they are unless given', () => {
    assert.deepEqual(benchArguments(['throughput', '--tasks', '5000', '--others=0', '--json']), {
      name: 'throughput',
      options: { tasks: 5_000, nodes: 100, 'at-once': 64, rounds: 2, others: 0 },
      json: true,
    });
    assert.deepEqual(benchArguments(['cost']), { name: 'cost', options: { tasks: 20 }, json: false });
  });

  const refused: [given: string[], problem: string][] = [
    [[], 'No benchmark is named'],
    [['speed'], 'Unknown benchmark: speed'],
    [['latency', 'throughput'], 'Unknown benchmark: latency throughput'],
    [['latency', '--fast'], "Unknown option '--fast'"],
    [['latency', '--nodes', '3'], 'latency has no --nodes'],
    [['latency', '--restarts', 'many'], '--restarts many is not a whole number above 0'],
    [['latency', '--restarts', '0'], '--restarts 0 is not a whole number above 0'],
    [['latency', '--restarts='], '--restarts  is not a whole number above 0'],
    [['inflight', '--ends', '1.5'], '--ends 1.5 is not a whole number above 0'],
    [['throughput', '--others=-1'], '--others -1 is not a whole number above -1'],
  ];
  for (const [given, problem] of refused) {
    it(`${JSON.stringify(given)} are refused`, () => {
      assert.throws(() => benchArguments(given), { code: 'ARGUMENT_INVALID', message: `${problem}.` });
    });
  }
});
