import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProgressReporter } from '../progress-reporter.ts';
import { runTool } from './run-tool.ts';

export interface GoProgram {
  readonly binary: string;
  readonly version: string;
  /** Folder of the go.mod that pins it, with a slash at the end. */
  readonly module: URL;
  /** Import path, or a path in that module that starts with `./`. */
  readonly package: string;
  /** Linker flags in addition to those that leave out symbol tables. Default: none. */
  readonly linkerFlags?: readonly string[];
  /** Build tags. Default: none. */
  readonly tags?: readonly string[];
}

/** Files of a module that determine what is built. */
export function moduleFiles(module: URL): URL[] {
  return ['go.mod', 'go.sum'].map((name) => new URL(name, module));
}

/**
 * Compiles a Go program into a folder under its name.
 *
 * @throws {SpawnFailedError} Go is not installed.
 * @throws {Error} it does not compile; the message has the end of the compiler's output.
 */
export async function goBuild(
  { binary, version, module, package: path, linkerFlags = [], tags = [] }: GoProgram,
  folder: string,
  { environment, progress }: { readonly environment: NodeJS.ProcessEnv; readonly progress: ProgressReporter },
): Promise<void> {
  const flags = ['-s', '-w', ...linkerFlags].join(' ');
  await runTool(
    {
      command: 'go',
      // -v prints each package as it is compiled: that shows the progress.
      arguments: [
        'build',
        '-v',
        '-trimpath',
        '-ldflags',
        flags,
        '-tags',
        tags.join(','),
        '-o',
        join(folder, binary),
        path,
      ],
      cwd: fileURLToPath(module),
      // Without cgo no C compiler is needed.
      env: { ...environment, CGO_ENABLED: '0' },
    },
    `Compiling ${binary} ${version}`,
    progress,
  );
}
