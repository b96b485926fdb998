import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, type BundleOptions, type WorkerOptions } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/** Node 24 runs this as it stands; what the SDK's bundler makes of it for older ones costs each workflow time. */
const TARGET = 'es2022';

type WebpackConfiguration = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** Has the bundler's compiler leave classes with private members as they are. */
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
 * A bundle holds no failure converter: with it, what workflows fail with would be stored in the clear although there
 * are payload keys. So the worker then bundles by itself.
 *
 * @param bundleFile - What `bundleWorkflows` made of this version. Unset: the worker bundles by itself.
 */
export function workflowSource(
  bundleFile: string | undefined,
  { failureConverterPath }: DataConverter,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  const isUsable = bundleFile !== undefined && failureConverterPath === undefined;
  if (isUsable) return { workflowBundle: { codePath: bundleFile } };
  return { workflowsPath: WORKFLOWS, bundlerOptions: { webpackConfigHook: forThisNode } };
}

/** The code of all workflows in one piece, as a worker runs it. */
export async function bundleWorkflows(): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, webpackConfigHook: forThisNode });
  return code;
}
