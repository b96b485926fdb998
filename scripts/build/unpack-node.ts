import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ARCHIVED_NODE, type Platform } from './platforms.ts';

const run = promisify(execFile);

/**
 * Fetches Node for a platform with npm and unpacks it.
 *
 * @param folder - Empty, or made here.
 * @returns The folder with `bin/node` and `LICENSE`.
 * @throws Error when npm cannot fetch it, or when it is not the package that `platforms` has.
 */
export async function unpackNode({ nodePackage, integrity }: Platform, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = `${nodePackage}@${ARCHIVED_NODE}`;
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, name]);
  const tarball = join(folder, JSON.parse(stdout)[0].filename);
  const found = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
  if (found !== integrity)
    throw new Error(
      `${name} has integrity ${found}, and scripts/build/platforms.ts says ${integrity}. Check who is right.`,
    );
  await run('tar', ['-xzf', tarball, '-C', folder, 'package/bin/node', 'package/LICENSE']);
  return join(folder, 'package');
}
