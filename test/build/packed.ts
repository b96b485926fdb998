import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildPackage, type BuiltPackage } from '../../scripts/build/build-package.ts';

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export const execute = promisify(execFile);

/** The package as `npm run build` makes it, in a folder of its own that goes with it. */
export class Packed implements AsyncDisposable {
  readonly built: BuiltPackage;
  readonly #directory: string;

  private constructor(directory: string, built: BuiltPackage) {
    this.#directory = directory;
    this.built = built;
  }

  static async build(): Promise<Packed> {
    const directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-'));
    return new Packed(directory, await buildPackage(PROJECT, join(directory, 'dist')));
  }

  /** `npm install --global`, without network. @returns The folder of the program. */
  async installPlugin(): Promise<string> {
    const prefix = join(this.#directory, 'global');
    await mkdir(join(prefix, 'lib'), { recursive: true });
    await this.#install(this.#directory, '--global', '--prefix', prefix);
    return join(prefix, 'bin');
  }

  /**
   * A copy of a project of `examples/` with the files that a page shows and the installed package. Other packages are those
   * of this project: npm has no network.
   */
  async createProject(example: string, page: string): Promise<string> {
    const folder = join(this.#directory, example);
    await mkdir(folder);
    await this.#install(folder);
    await cp(join(PROJECT, 'examples', example), folder, { recursive: true });
    for (const [, name = '', text = ''] of page.matchAll(/^\*\*(\S+)\*\*\n\n```\w+\n([^]*?)^```$/gm))
      await writeFile(join(folder, name), text);
    for (const name of ['@temporalio', '@types', 'zod']) {
      await symlink(join(PROJECT, 'node_modules', name), join(folder, 'node_modules', name));
    }
    return folder;
  }

  async #install(cwd: string, ...options: readonly string[]): Promise<void> {
    await execute('npm', ['install', '--offline', '--no-audit', '--no-fund', ...options, this.built.tarball], { cwd });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true });
  }
}
