import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { auditOutcome } from './audit-outcome.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** npm's exit code is 1 both for findings and for a registry that does not answer; what it prints tells them apart. */
async function npmAudit(): Promise<string> {
  return await new Promise((resolve) => {
    execFile(
      'npm',
      ['audit', '--json', '--fetch-retries=0', '--fetch-timeout=30000'],
      { cwd: PROJECT, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout) => resolve(stdout),
    );
  });
}

const { passes, lines } = auditOutcome(await npmAudit());
for (const line of lines) console.log(line);
process.exitCode = passes ? 0 : 1;
