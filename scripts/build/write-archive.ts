import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BuiltPackage } from './build-package.ts';
import type { Platform } from './platforms.ts';

/** The same files make the same archive, whoever builds it and when. */
const TAR = [
  '--sort=name',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mtime=@0',
  '--use-compress-program=gzip -n',
];
const PLUGIN_FILES = ['kubectl-snt.cjs', 'launch.cjs', 'LICENSE', 'THIRD-PARTY-NOTICES.txt'];

export interface Archive {
  readonly platform: Pick<Platform, 'os' | 'arch'>;
  /** Name of the file, and without `.tar.gz` of the folder in it. */
  readonly name: string;
  readonly sha256: string;
}

/**
 * Writes an archive with the plugin, Node and a program `kubectl-snt` that starts the one with the other.
 *
 * @param node - Folder with `bin/node` and `LICENSE` for that platform.
 */
export async function writeArchive(
  { folder, version, project }: BuiltPackage,
  platform: Archive['platform'],
  { node, destination }: { readonly node: string; readonly destination: string },
): Promise<Archive> {
  const base = `kubectl-snt-${version}-${platform.os}-${platform.arch}`;
  const content = join(destination, base);
  await rm(content, { recursive: true, force: true });
  await mkdir(content, { recursive: true });
  const copies: readonly (readonly [string, string])[] = [
    ...PLUGIN_FILES.map((file) => [join(folder, file), file] as const),
    [join(project, 'cli/launch.sh'), 'kubectl-snt'],
    [join(node, 'bin/node'), 'node'],
    [join(node, 'LICENSE'), 'NODE-LICENSE'],
  ];
  for (const [from, to] of copies) await copyFile(from, join(content, to));
  for (const program of ['kubectl-snt', 'node']) await chmod(join(content, program), 0o755);
  const name = `${base}.tar.gz`;
  const file = join(destination, name);
  await promisify(execFile)('tar', ['--create', `--file=${file}`, `--directory=${destination}`, ...TAR, base]);
  await rm(content, { recursive: true });
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  return { platform, name, sha256 };
}
