import { readFileSync } from 'node:fs';

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  /** Only needed for development. */
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Everything that `npm ci` installs. */
export function lockedPackages(): LockedPackage[] {
  const { packages } = JSON.parse(readProjectFile('package-lock.json')) as {
    packages: Record<string, Omit<LockedPackage, 'name'>>;
  };
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, locked]) => ({
      ...locked,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    }));
}

/** @param file - Relative to the project. */
export function readProjectFile(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
}
