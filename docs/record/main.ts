/**
 * Writes docs/transcripts.md, the log of a restart into docs/logs.md, and the demo's output into README.md and
 * docs/demo.md: `npm run record-docs`.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { withDemo } from './demo-output.ts';
import { runSessions } from './run-sessions.ts';
import { LOG_SESSION } from './sessions.ts';
import { blockOf, markdownOf } from './transcript.ts';
import { withBlock } from './with-block.ts';

/** Documents that show the demo, and how much of it. */
const DEMOS = [
  ['../../README.md', 'first'],
  ['../demo.md', 'all'],
] as const;

const transcripts = await runSessions(new AbortController().signal);
await writeFile(new URL('../transcripts.md', import.meta.url), markdownOf(transcripts));
const log = transcripts.find(({ title }) => title === LOG_SESSION);
if (log !== undefined) {
  const logs = new URL('../logs.md', import.meta.url);
  await writeFile(logs, withBlock(await readFile(logs, 'utf8'), 'log', blockOf(log)));
}
const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'demo', '--', '--once']);
for (const [path, chapters] of DEMOS) {
  const file = new URL(path, import.meta.url);
  await writeFile(file, withDemo(await readFile(file, 'utf8'), stdout, chapters));
}
