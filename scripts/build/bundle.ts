import { relative } from 'node:path';
import { rolldown, type InputOptions, type OutputOptions } from 'rolldown';

/** Syntax that also the Node understands which refuses to run the plugin: it has to say so. */
const TARGET = 'node20';

export interface BundleOptions extends Pick<OutputOptions, 'format' | 'file' | 'banner' | 'comments' | 'minify'> {
  /** The project's folder: paths of `input` are relative to it. */
  readonly project: string;
  readonly input: string;
  /** Packages that are imported at run time. Default: none, all are part of the bundle. */
  readonly external?: InputOptions['external'];
}

/**
 * Writes a program or library and what it needs as one file.
 *
 * @returns The folders of the packages that are part of it, relative to the project, sorted.
 * @throws Error for an import that cannot be resolved, and for every warning of the bundler.
 */
export async function bundle({ project, input, external, ...output }: BundleOptions): Promise<readonly string[]> {
  await using build = await rolldown({
    cwd: project,
    input,
    platform: 'node',
    transform: { target: TARGET },
    ...(external !== undefined && { external }),
    // It does not say so itself, and is large: clients for every API of Kubernetes.
    treeshake: { moduleSideEffects: [{ test: /[\\/]@kubernetes[\\/]client-node[\\/]/, sideEffects: false }] },
    onLog(_level, { message }) {
      throw new Error(`Bundling ${input}: ${message}`);
    },
  });
  const { output: files } = await build.write({ ...output, codeSplitting: false, keepNames: true });
  const modules = files.flatMap((file) => (file.type === 'chunk' ? Object.entries(file.modules) : []));
  const folders = modules.filter(([, { renderedLength }]) => renderedLength > 0).map(([id]) => packageFolder(id));
  return [...new Set(folders.filter((folder) => folder !== undefined))]
    .map((folder) => relative(project, folder))
    .toSorted();
}

/** Unset: a module of this project. */
function packageFolder(module: string): string | undefined {
  return /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(module)?.[1];
}
