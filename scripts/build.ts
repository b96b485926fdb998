/** Builds the npm package of the plugin and the workflow library into dist/: `npm run build`. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from './build/build-package.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const DESTINATION = fileURLToPath(new URL('../dist/', import.meta.url));

const { tarball } = await buildPackage(PROJECT, DESTINATION);
console.log(`wrote ${relative(PROJECT, tarball)}`);
