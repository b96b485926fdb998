import { readFileSync } from 'node:fs';
import type { ProgressReporter } from '../progress-reporter.ts';
import { cachedSources } from './binary-cache.ts';
import { variableSource } from './binary-sources.ts';
import { firstFound } from './first-found.ts';
import { goBuild, moduleFiles, type GoProgram } from './go-build.ts';

/** Tools of the tests: each has a module of its own in dev/go-tools, which pins it. */
const TOOLS = {
  helm: { package: 'helm.sh/helm/v3/cmd/helm', module: 'helm.sh/helm/v3', tags: [] },
  promtool: {
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    module: 'github.com/prometheus/prometheus',
    // Rules are tested without service discovery, whose clients of all clouds would be a large part of the build.
    tags: ['remove_all_sd'],
  },
} as const;

export type GoTool = keyof typeof TOOLS;

/**
 * Finds a tool: its variable (`HELM`), the cache, or compiled from its Go modules (once). A tool on the PATH is not used:
 * another version may print other results.
 *
 * @throws {BinaryVariableError} the variable is set and names no executable file.
 * @throws {BinaryNotFoundError} it does not compile.
 */
export function goTool(tool: GoTool, environment: NodeJS.ProcessEnv, progress: ProgressReporter): Promise<string> {
  const program = programOf(tool);
  const recipe = {
    binary: tool,
    version: program.version,
    inputs: moduleFiles(program.module),
    source: 'its Go modules, compiled',
    progress,
    make: (folder: string) => goBuild(program, folder, { environment, progress }),
  };
  const variable = tool.toUpperCase();
  const sources = [variableSource(variable, environment), ...cachedSources(recipe, environment)];
  return firstFound(tool, sources, `Install Go 1.25 or later, or set ${variable} to the path of ${tool}.`);
}

function programOf(tool: GoTool): GoProgram {
  const module = new URL(`../go-tools/${tool}/`, import.meta.url);
  const { package: path, module: required, tags } = TOOLS[tool];
  const [, version = ''] =
    new RegExp(`^\\s*${required} v(\\S+)`, 'm').exec(readFileSync(new URL('go.mod', module), 'utf8')) ?? [];
  return { binary: tool, version, module, package: path, tags };
}
