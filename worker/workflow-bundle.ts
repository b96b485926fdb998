import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, type BundleOptions, type WorkerOptions } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/**
 * Node 24 runs classes with private members natively. The SDK's bundler transpiles them for older versions, which makes
 * each workflow slower.
 */
const TARGET = 'es2022';

type WebpackConfiguration = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** Keeps the bundler's compiler from transpiling classes with private members. */
function forThisNode(configuration: WebpackConfiguration): WebpackConfiguration {
  for (const rule of configuration.module?.rules ?? []) {
    const { options } = ((rule as { readonly use?: unknown }).use ?? {}) as {
      readonly options?: { readonly jsc?: { target?: string } };
    };
    if (options?.jsc !== undefined) options.jsc.target = TARGET;
  }
  return configuration;
}

/**
 * A bundle contains no failure converter: with payload keys, the failures of workflows would still be stored in the
 * clear. So the worker then makes the bundle itself.
 *
 * @param bundleFile - What `bundleWorkflows` made of this version. Unset: the worker makes the bundle itself.
 */
export function workflowSource(
  bundleFile: string | undefined,
  { failureConverterPath }: DataConverter,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  const isUsable = bundleFile !== undefined && failureConverterPath === undefined;
  if (isUsable) return { workflowBundle: { codePath: bundleFile } };
  return { workflowsPath: WORKFLOWS, bundlerOptions: { webpackConfigHook: forThisNode } };
}

/** The code of all workflows in one file, as a worker runs it. */
export async function bundleWorkflows(): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, webpackConfigHook: forThisNode });
  return code;
}
