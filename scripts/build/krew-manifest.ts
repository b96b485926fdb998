import { stringify } from 'yaml';
import type { Archive } from './write-archive.ts';

/**
 * What `kubectl krew install` reads.
 *
 * @param url - Where the archives are, without a slash at the end.
 */
export function krewManifest(version: string, url: string, archives: readonly Archive[]): string {
  return stringify(
    {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'snt' },
      spec: {
        version: `v${version}`,
        homepage: url,
        shortDescription: 'Operate Sei nodes by SeiNodeTasks',
        description:
          'Restarts Sei nodes and waits for heights by SeiNodeTasks, watches and cancels them, and lists what was done on a node. The archive contains Node.\n',
        platforms: archives.map(({ platform: { os, arch }, name, sha256 }) => ({
          selector: { matchLabels: { os, arch } },
          uri: `${url}/${name}`,
          sha256,
          bin: `${name.replace(/\.tar\.gz$/, '')}/kubectl-snt`,
        })),
      },
    },
    { version: '1.1', lineWidth: 0 },
  );
}
