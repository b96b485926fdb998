import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from '../../chaos/judge.ts';
import type { Observations } from '../../chaos/observations.ts';
import { faultTypeNames } from '../../chaos/plan/fault-types.ts';
import {
  began,
  goodRestart,
  journal,
  madeUpNode,
  madeUpRun,
  madeUpTask,
  over,
  pending,
  sigterm,
  START,
} from './made-up-run.ts';

const faults = faultTypeNames.flatMap((type) =>
  Array.from({ length: 3 }, (_, index) => ({
    type,
    target: 'somebody',
    beganAt: START + index,
    endedAt: START + index,
    tookEffect: true,
  })),
);

describe('the judgement of a run', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-judge-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('is good where all holds, and counts tasks, verdicts and faults', async () => {
    const deleted = madeUpTask({ name: 'task-2', taskId: 'id-2', states: [pending], deletedAt: START + 1000 });
    const runbook = { workflowId: 'runbook-1', node: 'node-1', taskIds: [], end: 'COMPLETED' };
    const { text, holds } = await judge(
      madeUpRun({ faults, tasks: [madeUpTask(), deleted], runbooks: [runbook] }),
      directory,
    );
    assert.equal(holds, true, text);
    assert.match(text, /^ {2}RestartSeid +TaskComplete 1, deleted 1$/m);
    assert.match(text, /^ {2}RestartThenAwaitHeight +COMPLETED 1$/m);
    assert.match(text, /^ {2}worker\.kill +3$/m);
    assert.match(text, /^ {2}tasks +3$/m);
    assert.match(text, /^ {2}longest time to an end +9 s: task-1 RestartSeid TaskComplete$/m);
    assert.match(text, /^ {2}permits left behind +0$/m);
    assert.doesNotMatch(text, /✗/);
  });

  it('is bad where something does not hold, and shows what happened around it', async () => {
    const signalledTwice = madeUpNode(journal([2, began()], [2, sigterm()], [3, sigterm()], [5, over('completed')]));
    const { text, holds } = await judge(madeUpRun({ faults, nodes: [signalledTwice] }), directory);
    assert.equal(holds, false);
    assert.match(
      text,
      /^at most one SIGTERM per restart and sidecar lifetime: violated\n\n✗ at 3\.000 s: the restart id-1 sent seid of node-1 a second SIGTERM\n/m,
    );
    assert.match(
      text,
      /^ +2\.000 {2}node {4}node-1 {2}seid-signalled.*\n[^]* 3\.000 {2}node {4}node-1 {2}seid-signalled/m,
    );
    assert.match(text, /^ {2}✗ at most one SIGTERM per restart and sidecar lifetime: 1$/m);
    assert.match(text, /^ {2}✓ a status agrees with what the sidecar did$/m);
  });

  it('is bad where a fault was met too seldom', async () => {
    const { text, holds } = await judge(madeUpRun({ faults: faults.slice(1) }), directory);
    assert.equal(holds, false);
    assert.match(text, /worker\.kill took effect 2 times, not 3/);
  });

  it('leaves everything in files', async () => {
    const run = madeUpRun({ faults, nodes: [madeUpNode(goodRestart)] });
    await judge(run, directory);
    assert.match(await readFile(join(directory, 'timeline.txt'), 'utf8'), /run-began[^]*Complete TaskComplete/);
    assert.deepEqual(
      JSON.parse(await readFile(join(directory, 'observations.json'), 'utf8')) as Observations,
      JSON.parse(JSON.stringify(run)),
    );
  });
});
