import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, type WorkerOptions } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/**
 * A bundle holds no failure converter: with it, what workflows fail with would be stored in the clear although there
 * are payload keys. So the worker then bundles by itself.
 *
 * @param bundleFile - What `bundleWorkflows` made of this version; absent means that the worker bundles by itself.
 */
export function workflowSource(
  bundleFile: string | undefined,
  { failureConverterPath }: DataConverter,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const isUsable = bundleFile !== undefined && failureConverterPath === undefined;
  return isUsable ? { workflowBundle: { codePath: bundleFile } } : { workflowsPath: WORKFLOWS };
}

/** The code of all workflows in one piece, as a worker runs it. */
export async function bundleWorkflows(): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS });
  return code;
}
