import assert from 'node:assert/strict';
import { DemoOutput } from '../../docs/record/demo-output.ts';

const output = `
Starting
      3.1 s  servers serve

1  Restart seid
   Words.
   $ kubectl apply
      0.1 s  created

   ✓ it is Complete

   $ kubectl get snt

6  Plan
   Words.
   $ plan
   NODE   POWER
   a      1

   # A comment.
   $ again

   ✓ planned

7  Roll
   $ watch

   ✓ rolled

8  Second
   ✓ held

9  Retry
   ✓ done
   ✗ not this

All 6 checks passed
`;

const written = (block: string, content: string): string =>
  `before\n<!-- ${block} -->\n${content}<!-- /${block} -->\nafter\n`;

describe('the output of the demo in documents', () => {
  const demo = new DemoOutput(output);

  it('is there in full', () => {
    assert.equal(demo.inFull(written('demo', 'old\n')), written('demo', `\`\`\`text\n${output.trim()}\n\`\`\`\n`));
  });

  it('is there in short: the steps of the first chapter, and the checks of the last', () => {
    const short = `\`\`\`text
1  Restart seid
      0.1 s  created

8  Second
   ✓ held

9  Retry
   ✓ done
   ✗ not this
\`\`\`
`;
    assert.equal(demo.inShort(written('demo', '')), written('demo', short));
  });

  it('is there by chapter, as commands and what they print', () => {
    const places = written('chapter 6', 'old\n') + written('chapter 7', '');
    const sixth = '```console\n$ plan\nNODE   POWER\na      1\n\n# A comment.\n$ again\n```\n';
    assert.equal(
      demo.commands(places),
      written('chapter 6', sixth) + written('chapter 7', '```console\n$ watch\n```\n'),
    );
  });

  it('must have the chapters', () => {
    assert.throws(() => demo.commands(written('chapter 5', '')), /chapter 5/);
    assert.throws(() => new DemoOutput('Starting\n\n1  Only one').inShort(written('demo', '')), /chapter 8/);
    assert.throws(() => demo.inFull('no place'), /<!-- demo -->/);
  });
});
