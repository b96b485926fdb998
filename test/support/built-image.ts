import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BUILD = fileURLToPath(new URL('../../deploy/image/build.sh', import.meta.url));
const NAME = 'localhost/sei-node-tasks:test';
const ENVIRONMENT = { ...process.env, STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' };

export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  /** `NAME=value` each. */
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

/** Why the image cannot be built here; `undefined` when it can. */
export function whyNoImage(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  const missing = ['buildah', 'debootstrap'].find((tool) => !isOnPath(tool));
  return missing && `${missing} is not installed`;
}

function isOnPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The image of this source, with its file system mounted. */
export class BuiltImage implements AsyncDisposable {
  readonly config: ImageConfig;
  /** Folder with the image's files. */
  readonly root: string;
  readonly #container: string;

  private constructor(config: ImageConfig, root: string, container: string) {
    this.config = config;
    this.root = root;
    this.#container = container;
  }

  /** Builds it, unless the same files were built already. @throws Error with the end of what the build prints. */
  static async build(): Promise<BuiltImage> {
    await run(BUILD, ['--debootstrap', NAME], { env: ENVIRONMENT, maxBuffer: 64 * 1024 * 1024 });
    const { OCIv1 } = JSON.parse(await buildah('inspect', '--type', 'image', NAME)) as {
      OCIv1: { config: ImageConfig };
    };
    const container = await buildah('from', '--pull-never', NAME);
    return new BuiltImage(OCIv1.config, await buildah('mount', container), container);
  }

  get environment(): Record<string, string> {
    return Object.fromEntries(
      this.config.Env.map((line): [string, string] => {
        const [name = assert.fail(line)] = line.split('=', 1);
        return [name, line.slice(name.length + 1)];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await buildah('rm', this.#container);
  }
}

async function buildah(...commandArguments: string[]): Promise<string> {
  const { stdout } = await run('buildah', commandArguments, { env: ENVIRONMENT, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}
