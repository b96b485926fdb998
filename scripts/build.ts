/**
 * Builds the npm package of the plugin and the workflow library into dist/: `npm run build`. With the URL that archives
 * will be at, also an archive of the plugin with Node for each platform, and a manifest for krew.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from './build/build-package.ts';
import { krewManifest } from './build/krew-manifest.ts';
import { platforms } from './build/platforms.ts';
import { unpackNode } from './build/unpack-node.ts';
import { writeArchive, type Archive } from './build/write-archive.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

const [url, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (url !== undefined && !URL.canParse(url))) {
  process.stderr.write('Usage: npm run build [-- URL-OF-THE-ARCHIVES]\n');
  process.exit(2);
}
const destination = join(PROJECT, 'dist');
const built = await buildPackage(PROJECT, destination);
console.log(`wrote ${built.tarball}`);

if (url !== undefined) {
  const archives: Archive[] = [];
  for (const platform of platforms) {
    const node = await unpackNode(platform, join(destination, 'node', `${platform.os}-${platform.arch}`));
    archives.push(await writeArchive(built, platform, { node, destination }));
    console.log(`wrote ${join(destination, archives.at(-1)!.name)}`);
  }
  const manifest = join(destination, 'snt.yaml');
  await writeFile(manifest, krewManifest(built.version, url.replace(/\/$/, ''), archives));
  console.log(`wrote ${manifest}`);
}
