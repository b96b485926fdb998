import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle } from './bundle.ts';
import { bundlePlugin, LEAST_NODE } from './bundle-plugin.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

const run = promisify(execFile);

export interface BuiltPackage {
  /** The folder of this project. */
  readonly project: string;
  /** What `npm install` unpacks. */
  readonly folder: string;
  readonly tarball: string;
  readonly version: string;
}

/**
 * Builds the npm package of the plugin and the workflow library. It needs no other package: the plugin is one file, and
 * a runbook's project has Temporal's SDK already.
 *
 * @param project - The folder of this project.
 * @param destination - Where `package/` and the tarball go. `package/` is replaced.
 * @throws Error of the bundler, tsc or npm.
 */
export async function buildPackage(project: string, destination: string): Promise<BuiltPackage> {
  const folder = join(destination, 'package');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const packages = await bundlePlugin(project, folder);
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), await thirdPartyNotices(project, packages));
  await buildLibrary(project, folder);
  await cp(join(project, 'LICENSE'), join(folder, 'LICENSE'));
  const manifest = await manifestOf(project);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', destination], { cwd: folder });
  const [{ filename }] = JSON.parse(stdout);
  return { project, folder, tarball: join(destination, filename), version: manifest.version };
}

async function buildLibrary(project: string, folder: string): Promise<void> {
  const input = 'workflows/runbooks/index.ts';
  await bundle({ project, input, format: 'esm', file: join(folder, 'workflows.js'), external: /^@temporalio\// });
  await run(
    join(project, 'node_modules/.bin/tsc'),
    ['--project', 'scripts/build/tsconfig.library.json', '--outDir', join(folder, 'types')],
    { cwd: project },
  );
}

/** The optional peers are for runbooks. The plugin needs none of them. */
async function manifestOf(project: string) {
  const { name, version, description, license, dependencies } = JSON.parse(
    await readFile(join(project, 'package.json'), 'utf8'),
  );
  const peers = ['@temporalio/workflow', 'zod'];
  return {
    name,
    version: String(version),
    description,
    license,
    type: 'module',
    engines: { node: `>=${LEAST_NODE.major}.${LEAST_NODE.minor}` },
    bin: { 'kubectl-snt': 'launch.cjs' },
    exports: { './workflows': { types: './types/workflows/runbooks/index.d.ts', default: './workflows.js' } },
    peerDependencies: Object.fromEntries(peers.map((peer) => [peer, `^${dependencies[peer]}`])),
    peerDependenciesMeta: Object.fromEntries(peers.map((peer) => [peer, { optional: true }])),
  };
}
