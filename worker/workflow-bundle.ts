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

/** Files that `bundleWorkflows` made of this version. */
export interface WorkflowBundles {
  /** Unset: the worker makes the bundle itself. */
  readonly WORKFLOW_BUNDLE?: string | undefined;
  /** The same, for a worker with payload keys. */
  readonly ENCRYPTED_WORKFLOW_BUNDLE?: string | undefined;
}

/**
 * The failure converter is a part of the bundle: with the other one, failures of workflows would be stored in the clear
 * although there are payload keys.
 */
export function workflowSource(
  bundles: WorkflowBundles,
  { failureConverterPath }: DataConverter,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  const codePath = failureConverterPath === undefined ? bundles.WORKFLOW_BUNDLE : bundles.ENCRYPTED_WORKFLOW_BUNDLE;
  if (codePath !== undefined) return { workflowBundle: { codePath } };
  return { workflowsPath: WORKFLOWS, bundlerOptions: { webpackConfigHook: forThisNode } };
}

/**
 * The code of all workflows in one file, as a worker runs it.
 *
 * @param failureConverterPath - That of the data converter with payload keys. Unset: for a worker without keys.
 */
export async function bundleWorkflows(failureConverterPath?: string): Promise<string> {
  const converter = failureConverterPath === undefined ? {} : { failureConverterPath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    webpackConfigHook: forThisNode,
    ...converter,
  });
  return code;
}
