import assert from 'node:assert/strict';
import { tableLines, type Table } from '../../cli/table.ts';

const table: Table = {
  columns: [{ title: 'NAME' }, { title: 'KIND', leaveOut: 2 }, { title: 'STATE' }, { title: 'AGE', leaveOut: 1 }],
  textTitle: 'MESSAGE',
  rows: [{ cells: ['restart-0', 'AwaitNodesAtHeight', 'Queueing', '4m'], text: 'It waits for a permit.' }],
};

const layouts: readonly (readonly [width: number, lines: readonly string[]])[] = [
  [
    80,
    [
      'NAME        KIND                 STATE      AGE   MESSAGE',
      'restart-0   AwaitNodesAtHeight   Queueing   4m    It waits for a permit.',
    ],
  ],
  [
    50,
    [
      'NAME        KIND                 STATE      AGE',
      'restart-0   AwaitNodesAtHeight   Queueing   4m',
      '  It waits for a permit.',
    ],
  ],
  [
    42,
    ['NAME        KIND                 STATE', 'restart-0   AwaitNodesAtHeight   Queueing', '  It waits for a permit.'],
  ],
  [30, ['NAME        STATE      AGE', 'restart-0   Queueing   4m', '  It waits for a permit.']],
  [20, ['NAME        STATE', 'restart-0   Queueing', '  It waits for a', '  permit.']],
  [10, ['NAME        STATE', 'restart-0   Queueing', '  It waits', '  for a', '  permit.']],
];

describe('a table of kubectl snt', () => {
  for (const [width, lines] of layouts)
    it(`shows the columns that fit into ${width}`, () => assert.deepEqual(tableLines(table, width), lines));
});
