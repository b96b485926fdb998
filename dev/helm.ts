import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { goTool } from './binaries/go-tool.ts';
import { reportToStderr } from './progress-reporter.ts';

const CHARTS = fileURLToPath(new URL('../deploy/charts/', import.meta.url));

/** A helm that was not compiled by its own Makefile renders for Kubernetes 1.20. */
const KUBERNETES = '1.34.0';

export type Chart = 'sei-node-tasks' | 'sei-node-tasks-crds';

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Release {
  readonly chart: Chart;
  readonly name: string;
  readonly namespace: string;
  /** In addition to the chart's defaults. Default: none. */
  readonly values?: object;
  /** Version of the cluster. Default: that of the local API server. */
  readonly kubernetes?: string;
}

/**
 * Runs helm, which is compiled when it is not in the cache, in the folder of the charts. A non-zero exit code is a result,
 * not an error.
 *
 * @throws {BinaryNotFoundError} it does not compile.
 */
export async function helm(commandArguments: readonly string[], input = ''): Promise<HelmResult> {
  const child = spawn(await goTool('helm', process.env, reportToStderr), commandArguments, { cwd: CHARTS });
  const exit = new Promise<number>((resolve, reject) => {
    child.on('close', (code) => resolve(code ?? -1));
    child.on('error', reject);
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

/** What `helm install` would apply, as YAML. @throws Error with what helm says when it refuses the values. */
export async function renderChart({
  chart,
  name,
  namespace,
  values = {},
  kubernetes = KUBERNETES,
}: Release): Promise<string> {
  const { code, stdout, stderr } = await helm(
    ['template', name, chart, '--namespace', namespace, '--kube-version', kubernetes, '--values', '-'],
    JSON.stringify(values),
  );
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
