import { createInterface } from 'node:readline';
import type { ProgressReporter } from '../progress-reporter.ts';
import { spawnGuarded } from '../spawn-guarded.ts';

export interface Tool {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
}

/** How often a long step reports that it is still running. */
const PROGRESS_MILLISECONDS = 10_000;

/** Lines of the tool's output that an error repeats. */
const TAIL_LINES = 5;

/**
 * Runs a tool to its end and reports every 10 s how long it has taken and what it said last.
 *
 * @throws {SpawnFailedError} it is not installed.
 * @throws {Error} it failed; the message has the end of its output.
 */
export async function runTool(tool: Tool, label: string, progress: ProgressReporter): Promise<void> {
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const lines: string[] = [];
  const process = await spawnGuarded({ ...tool, output: 'pipe' });
  for (const stream of [process.stdout!, process.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const timer = setInterval(() => {
    progress(`${label}: ${seconds()} s, ${lines.length} steps, now ${lines.at(-1) ?? 'starting'}`);
  }, PROGRESS_MILLISECONDS);
  const { code } = await process.exited;
  clearInterval(timer);
  if (code !== 0) throw new Error(`${tool.command} failed (${code}): ${lines.slice(-TAIL_LINES).join(' | ')}`);
  progress(`${label}: done in ${seconds()} s`);
}
