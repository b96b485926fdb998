import { join } from 'node:path';
import { chmod, copyFile } from 'node:fs/promises';
import { bundle } from './bundle.ts';

/** undici needs it. */
export const LEAST_NODE = { major: 22, minor: 19 } as const;

const { major, minor } = LEAST_NODE;
/** Runs before everything else, in words that every Node understands. */
const NODE_CHECK = `(function () {
  var parts = process.versions.node.split('.').map(Number);
  if (parts[0] > ${major} || (parts[0] === ${major} && parts[1] >= ${minor})) return;
  console.error('kubectl-snt needs Node ${major}.${minor} or newer, and this is Node ' + process.versions.node + '. Install a newer Node, or the archive of kubectl-snt that contains one.');
  process.exit(1);
})();`;

/**
 * Writes `kubectl-snt.cjs` and what starts it, `launch.cjs`. It is CommonJS because Node then runs the check of its
 * version first, and does not run what a command does not need: Temporal's client is only for `history`.
 *
 * @returns The folders of the packages that it contains, relative to the project.
 */
export async function bundlePlugin(project: string, folder: string): Promise<readonly string[]> {
  const file = join(folder, 'kubectl-snt.cjs');
  const packages = await bundle({
    project,
    input: 'cli/main.ts',
    file,
    format: 'cjs',
    banner: NODE_CHECK,
    // The notices have the licences.
    comments: false,
    // Names stay, for stack traces.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  });
  const launcher = join(folder, 'launch.cjs');
  await copyFile(join(project, 'cli/launch.cjs'), launcher);
  await Promise.all([file, launcher].map((program) => chmod(program, 0o755)));
  return packages;
}
