import assert from 'node:assert/strict';
import type { ObservedFault } from '../../chaos/observations.ts';
import { excerptFor, timelineOf, timelineText } from '../../chaos/timeline.ts';
import { rollingRun } from './made-up-rolling-restart.ts';
import { goodRestart, madeUpNode, madeUpRun, madeUpTask, START } from './made-up-run.ts';

const fault = (type: ObservedFault['type'], target: string, tookEffect = true): ObservedFault => ({
  type,
  target,
  beganAt: START + 3000,
  endedAt: START + 4000,
  tookEffect,
});
const post = { method: 'POST', path: '/v0/tasks', body: '{"id":"id-1"}', status: 201, at: START + 2000 };
const run = madeUpRun({
  tasks: [madeUpTask(), madeUpTask({ name: 'task-2', node: 'node-2', taskId: 'id-2' })],
  nodes: [madeUpNode(goodRestart, { requests: [post] })],
  faults: [
    fault('worker.kill', 'worker-0'),
    fault('sidecar.kill', 'node-1'),
    fault('sidecar.garbage', 'node-2', false),
  ],
  deaths: [{ process: 'bridge-1', at: START + 7000, how: 'code 1' }],
});
const timeline = timelineOf(run);

describe('a timeline', () => {
  it('has faults, tasks, requests and events of nodes, and deaths in the order of time', () => {
    const text = timelineText(timeline, START);
    const lines = [
      /^ +0\.000 {2}task {4}node-1 {2}task-1 RestartSeid: Pending/,
      /^ +2\.000 {2}node {4}node-1 {2}run-began/,
      /^ +2\.000 {2}request node-1 {2}POST \/v0\/tasks 201 \{"id":"id-1"\}/,
      /^ +3\.000 {2}fault {3}worker-0 {2}worker\.kill begins/,
      /^ +4\.000 {2}fault {3}node-2 {2}sidecar\.garbage is over, without effect/,
      /^ +7\.000 {2}death {3}bridge-1: code 1/,
      /^ +9\.500 {2}task {4}node-1 {2}task-1 RestartSeid: Complete TaskComplete {2}seid was restarted/,
    ];
    const found = lines.map((line) => text.split('\n').findIndex((entry) => line.test(entry)));
    assert.ok(!found.includes(-1), `missing: ${String(lines[found.indexOf(-1)])}`);
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
    );
  });

  it('shows around a violation what it is about, and what hit everybody', () => {
    const text = timelineText(
      excerptFor({ text: '', at: START + 5000, subjects: ['task-1', 'node-1'] }, timeline),
      START,
    );
    assert.match(text, /worker\.kill begins[^]*sidecar\.kill is over[^]*task-1 RestartSeid: Complete/);
    assert.doesNotMatch(text, /node-2|task-2/);
  });

  it('has states and tries of runbooks, and who was missing in the chain', () => {
    const absence = { name: 'one', power: '9', reason: 'task' as const, fromMs: START + 3_000, toMs: START + 4_000 };
    const chain = { totalPower: '90', stops: [], absences: [absence] };
    const text = timelineText(timelineOf(rollingRun({}, { chain })), START);
    const lines = [
      / 2\.000 {2}runbook rolling-1 {2}try 1 at one begins/,
      / 3\.000 {2}chain {3}one with 9 does not sign \(task\)/,
      / 20\.000 {2}runbook rolling-1 {2}Complete RunbookComplete/,
    ];
    for (const line of lines) assert.match(text, line);
  });

  it('leaves out what was long before', () => {
    assert.deepEqual(excerptFor({ text: '', at: START + 60_000, subjects: ['task-1'] }, timeline), []);
  });

  it('is short, also where much has happened', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ at: START + index, text: String(index), subjects: [] }));
    const excerpt = excerptFor({ text: '', at: START + 250, subjects: [] }, many);
    assert.equal(excerpt.length, 60);
    assert.ok(excerpt.some(({ at }) => at === START + 250));
  });
});
