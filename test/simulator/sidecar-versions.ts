import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import type { SidecarVersion } from '../../simulator/task-context.ts';
import { realSidecar } from './real-sidecar.ts';
import { SidecarClient } from './sidecar-client.ts';

/** What is in a version's suite. */
interface VersionSuite {
  /** A sidecar of that version. */
  client: () => SidecarClient;
}

/**
 * Describes the same for sidecars of both versions. With `SIDECAR_CONTRACT_URL` the suite of the real sidecar's version
 * runs against it, and the other one is skipped.
 */
export function describeVersions(
  versions: readonly SidecarVersion[],
  suite: (version: SidecarVersion, parts: VersionSuite) => void,
): void {
  for (const version of versions) {
    describe(version, () => {
      let fleet: Fleet | undefined;
      let client: SidecarClient | undefined;

      before(async function () {
        if (realSidecar === undefined) {
          fleet = await startFleet();
          client = new SidecarClient(
            (await fleet.addNode({ namespace: 'default', name: 'node', sidecarVersion: version })).url,
          );
          return;
        }
        client = new SidecarClient(realSidecar);
        if ((await versionOf(client)) !== version) this.skip();
      });
      after(() => fleet?.close());

      suite(version, {
        client: () => {
          if (client === undefined) throw new Error('no sidecar yet: ask for it in a test');
          return client;
        },
      });
    });
  }
}

/** Only v0.0.56 and older ones know discover-peers. Nothing starts: the id is not a UUID. */
async function versionOf(client: SidecarClient): Promise<SidecarVersion> {
  const { text } = await client.post({ id: 'x', type: 'discover-peers' });
  return text.includes('unknown task type') ? 'newer' : 'v0.0.56';
}
