import { cachedSources } from './binary-cache.ts';
import type { BinaryRecipe } from './binary-cache.ts';
import { pathSource, variableSource } from './binary-sources.ts';
import { firstFound } from './first-found.ts';
import { goBuild, moduleFiles } from './go-build.ts';
import type { ProgressReporter } from '../progress-reporter.ts';

const GO_MODULE = new URL('../servers/', import.meta.url);

/** As required in servers/go.mod; a test holds them together. */
const VERSIONS = { 'kube-apiserver': '1.34.4', etcd: '3.6.5' } as const;

export type KubernetesBinary = keyof typeof VERSIONS;

/**
 * Finds kube-apiserver or etcd: in the folder `KUBEBUILDER_ASSETS`, on the PATH, in the cache, or compiled from
 * its Go modules (on 2 cores about 3 min for kube-apiserver, 40 s for etcd; once).
 *
 * @throws {BinaryVariableError} `KUBEBUILDER_ASSETS` is set and the folder has no such executable.
 * @throws {BinaryNotFoundError} none of them has it.
 */
export function kubernetesBinary(
  binary: KubernetesBinary,
  environment: NodeJS.ProcessEnv,
  progress: ProgressReporter,
): Promise<string> {
  return firstFound(
    binary,
    [
      variableSource('KUBEBUILDER_ASSETS', environment, binary),
      pathSource(binary, environment),
      ...cachedSources(goRecipe(binary, environment, progress), environment),
    ],
    'Install Go 1.24 or later, or set KUBEBUILDER_ASSETS to a folder with kube-apiserver and etcd (setup-envtest makes one).',
  );
}

function goRecipe(binary: KubernetesBinary, environment: NodeJS.ProcessEnv, progress: ProgressReporter): BinaryRecipe {
  const program = {
    binary,
    version: VERSIONS[binary],
    module: GO_MODULE,
    package: `./cmd/${binary}`,
    linkerFlags: versionStamps(),
  };
  return {
    binary,
    version: VERSIONS[binary],
    inputs: [...moduleFiles(GO_MODULE), new URL(`cmd/${binary}/main.go`, GO_MODULE)],
    source: 'its Go modules, compiled',
    progress,
    make: (folder) => goBuild(program, folder, { environment, progress }),
  };
}

/** The version that a release build would be stamped with, for `kubectl version`. */
function versionStamps(): string[] {
  const version = VERSIONS['kube-apiserver'];
  const [major, minor] = version.split('.');
  const stamps = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor };
  return Object.entries(stamps).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`);
}
