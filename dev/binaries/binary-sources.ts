import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { BinaryVariableError } from '../errors.ts';
import type { BinarySource } from './first-found.ts';

/** Whether the file exists and this user may execute it. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/**
 * The binary that a variable names. The variable is set on purpose, so a wrong one is an error, and no other source is
 * tried.
 *
 * @param inFolder set if the variable names a folder: the file's name in it.
 */
export function variableSource(variable: string, environment: NodeJS.ProcessEnv, inFolder?: string): BinarySource {
  return {
    name: `variable ${variable}`,
    async find() {
      const value = environment[variable];
      if (!value) return { missing: 'not set' };
      const path = inFolder === undefined ? value : join(value, inFolder);
      if (await isExecutable(path)) return { path };
      throw new BinaryVariableError(
        `${variable}=${value} names no binary: ${path} is missing or not executable. Correct the variable or unset it.`,
      );
    },
  };
}

export function pathSource(binary: string, environment: NodeJS.ProcessEnv): BinarySource {
  return {
    name: 'the PATH',
    async find() {
      for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
        const path = join(folder, binary);
        if (folder !== '' && (await isExecutable(path))) return { path };
      }
      return { missing: `no executable file "${binary}" in any of its folders` };
    },
  };
}
