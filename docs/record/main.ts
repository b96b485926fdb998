/**
 * Writes docs/transcripts.md, the log of a restart into docs/logs.md, and the demo's output into README.md, docs/demo.md
 * and docs/runbooks.md: `npm run record-docs`.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { DemoOutput } from './demo-output.ts';
import { runSessions } from './run-sessions.ts';
import { LOG_SESSION } from './sessions.ts';
import { blockOf, markdownOf } from './transcript.ts';
import { withBlock } from './with-block.ts';

const transcripts = await runSessions(new AbortController().signal);
await writeFile(new URL('../transcripts.md', import.meta.url), markdownOf(transcripts));
const log = transcripts.find(({ title }) => title === LOG_SESSION);
if (log !== undefined) {
  const logs = new URL('../logs.md', import.meta.url);
  await writeFile(logs, withBlock(await readFile(logs, 'utf8'), 'log', blockOf(log)));
}
const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'demo', '--', '--once']);
const demo = new DemoOutput(stdout);
for (const [path, written] of [
  ['../../README.md', (document) => demo.inShort(document)],
  ['../demo.md', (document) => demo.inFull(document)],
  ['../runbooks.md', (document) => demo.commands(document)],
] satisfies [path: string, written: (document: string) => string][]) {
  const file = new URL(path, import.meta.url);
  await writeFile(file, written(await readFile(file, 'utf8')));
}
