import type { ProgressReporter } from '../progress-reporter.ts';
import { cachedSources } from './binary-cache.ts';
import { pathSource } from './binary-sources.ts';
import { firstFound } from './first-found.ts';
import { goRecipe, type GoProgram } from './go-recipe.ts';

/** Tools that tests run. Each has a module of its own in dev/go-tools, because their requirements do not agree. */
export const goTools = {
  promtool: {
    version: '0.311.3',
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    // Rules are tested without service discovery, whose clients of all clouds would be most of the build.
    tags: ['remove_all_sd'],
  },
} as const satisfies Record<string, Omit<GoProgram, 'binary' | 'module'>>;

type GoTool = keyof typeof goTools;

/**
 * Finds a tool: on the PATH, in the cache, or compiled from its Go modules, once.
 *
 * @throws {BinaryNotFoundError} none of them has it.
 */
export function goTool(binary: GoTool, environment: NodeJS.ProcessEnv, progress: ProgressReporter): Promise<string> {
  const module = new URL(`../go-tools/${binary}/`, import.meta.url);
  const recipe = goRecipe({ ...goTools[binary], binary, module }, environment, progress);
  return firstFound(
    binary,
    [pathSource(binary, environment), ...cachedSources(recipe, environment)],
    `Install Go 1.25 or later, or put ${binary} on the PATH.`,
  );
}
