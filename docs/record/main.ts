/** Writes docs/transcripts.md, and the demo's output into README.md and docs/demo.md: `npm run record-docs`. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { withDemo } from './demo-output.ts';
import { runSessions } from './run-sessions.ts';
import { markdownOf } from './transcript.ts';

/** Documents that show the demo, and how much of it. */
const DEMOS = [
  ['../../README.md', 'first'],
  ['../demo.md', 'all'],
] as const;

const transcripts = await runSessions(new AbortController().signal);
await writeFile(new URL('../transcripts.md', import.meta.url), markdownOf(transcripts));
const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'demo', '--', '--once']);
for (const [path, chapters] of DEMOS) {
  const file = new URL(path, import.meta.url);
  await writeFile(file, withDemo(await readFile(file, 'utf8'), stdout, chapters));
}
