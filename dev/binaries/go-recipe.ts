import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProgressReporter } from '../progress-reporter.ts';
import type { BinaryRecipe } from './binary-cache.ts';
import { runTool } from './run-tool.ts';

export interface GoProgram {
  /** The binary's file name. */
  readonly binary: string;
  /** As required in go.mod; a test compares them. */
  readonly version: string;
  /** Folder of the go.mod that pins it. */
  readonly module: URL;
  /** What is built: a path in the module, or an import path. */
  readonly package: string;
  /** Files that determine the result, in addition to go.mod and go.sum. */
  readonly inputs?: readonly URL[];
  /** Arguments of the linker. No symbol tables are written anyway. */
  readonly linkerFlags?: readonly string[];
  readonly tags?: readonly string[];
}

/** Compiles a program from its Go modules. */
export function goRecipe(program: GoProgram, environment: NodeJS.ProcessEnv, progress: ProgressReporter): BinaryRecipe {
  const { binary, version, module, inputs = [], linkerFlags = [], tags = [] } = program;
  return {
    binary,
    version,
    inputs: [new URL('go.mod', module), new URL('go.sum', module), ...inputs],
    source: 'its Go modules, compiled',
    progress,
    make: (folder) =>
      runTool(
        {
          command: 'go',
          // -v prints each package as it is compiled: that shows the progress.
          arguments: [
            'build',
            '-v',
            '-trimpath',
            '-ldflags',
            ['-s', '-w', ...linkerFlags].join(' '),
            ...(tags.length === 0 ? [] : ['-tags', tags.join(',')]),
            '-o',
            join(folder, binary),
            program.package,
          ],
          cwd: fileURLToPath(module),
          // Without cgo no C compiler is needed.
          env: { ...environment, CGO_ENABLED: '0' },
        },
        `Compiling ${binary} ${version}`,
        progress,
      ),
  };
}
