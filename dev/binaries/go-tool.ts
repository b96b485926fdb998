import { readFileSync } from 'node:fs';
import type { ProgressReporter } from '../progress-reporter.ts';
import { cachedSources } from './binary-cache.ts';
import { variableSource } from './binary-sources.ts';
import { firstFound } from './first-found.ts';
import { goBuild, moduleFiles, type GoProgram } from './go-build.ts';

/** Prometheus' module, without service discovery: its clients of all clouds would be a large part of the build. */
const PROMETHEUS = {
  folder: 'prometheus',
  module: 'github.com/prometheus/prometheus',
  tags: ['remove_all_sd'],
} as const;

/** Tools of tests and documents: a module in dev/go-tools pins each. */
const TOOLS = {
  helm: { package: 'helm.sh/helm/v3/cmd/helm', folder: 'helm', module: 'helm.sh/helm/v3', tags: [] },
  prometheus: { ...PROMETHEUS, package: 'github.com/prometheus/prometheus/cmd/prometheus' },
  promtool: { ...PROMETHEUS, package: 'github.com/prometheus/prometheus/cmd/promtool' },
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
  const { package: path, folder, module: required, tags } = TOOLS[tool];
  const module = new URL(`../go-tools/${folder}/`, import.meta.url);
  const [, version = ''] =
    new RegExp(`^\\s*${required} v(\\S+)`, 'm').exec(readFileSync(new URL('go.mod', module), 'utf8')) ?? [];
  return { binary: tool, version, module, package: path, tags };
}
