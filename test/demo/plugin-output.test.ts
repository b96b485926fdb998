import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { PluginOutput } from '../../demo/plugin-output.ts';

function state(facts: Readonly<Record<string, string>>): string[] {
  const named = { Runbook: 'arctic-1/restart-all', ...facts, Message: 'A message.' };
  return [...Object.entries(named).map(([label, text]) => `${`${label}:`.padEnd(12)}${text}`), '', ' 1   full-0'];
}

/** What is shown of lines, without the seconds. */
function shown(...lines: readonly string[]): string[] {
  const printed: string[] = [];
  const writing = mock.method(process.stdout, 'write', (text: string) => printed.push(text) > 0);
  try {
    const output = new PluginOutput();
    for (const line of lines) output.add(line);
    output.end();
  } finally {
    writing.mock.restore();
  }
  return printed.map((line) =>
    line
      .trim()
      .replace(/^\d+\.\d s +/, '')
      .replaceAll(/ {2,}/g, '  '),
  );
}

describe('what the demo shows of kubectl snt', () => {
  it('is what it prints', () => {
    assert.deepEqual(shown('Resumed.', 'Next: wait.'), ['Resumed.', 'Next: wait.']);
  });

  const waiting = state({ Phase: 'Waiting (Checking), started 1s ago', Nodes: '0/2: 2 pending' });

  it('is one state whole, with the key that ended the watch', () => {
    assert.deepEqual(shown(...waiting, 'Interrupted. It continues.'), [
      'Runbook:  arctic-1/restart-all',
      'Phase:  Waiting (Checking), started 1s ago',
      'Nodes:  0/2: 2 pending',
      'Message:  A message.',
      '',
      '1  full-0',
      '',
      '^C',
      'Interrupted. It continues.',
    ]);
  });

  it('is one line for each earlier state that differs', () => {
    const nodes = '0/2: 1 running, 1 pending';
    const restarting = state({ Phase: 'Running', Nodes: nodes, Current: 'a: Restarting for 1.5s' });
    const gating = state({ Phase: 'Running', Nodes: nodes, Current: 'a: Gating for 0s' });
    const ended = state({ Phase: 'Complete', Nodes: '2/2: 2 complete' });
    assert.deepEqual(shown(...waiting, '', ...restarting, '', ...gating, '', ...ended), [
      'Waiting (Checking)  0/2',
      'Running  0/2  a: Restarting',
      'Runbook:  arctic-1/restart-all',
      'Phase:  Complete',
      'Nodes:  2/2: 2 complete',
      'Message:  A message.',
      '',
      '1  full-0',
    ]);
  });
});
