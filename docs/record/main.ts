/** Writes docs/transcripts.md, and the demo's output into README.md: `npm run record-docs`. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { withDemo } from './demo-output.ts';
import { runSessions } from './run-sessions.ts';
import { markdownOf } from './transcript.ts';

const README = new URL('../../README.md', import.meta.url);

const transcripts = await runSessions(new AbortController().signal);
await writeFile(new URL('../transcripts.md', import.meta.url), markdownOf(transcripts));
const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'demo', '--', '--once']);
await writeFile(README, withDemo(await readFile(README, 'utf8'), stdout));
