/** Writes the file for WORKFLOW_BUNDLE, to be put into an image of this version: `npm run bundle -- <file>`. */
import { writeFile } from 'node:fs/promises';
import { bundleWorkflows } from './workflow-bundle.ts';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined || rest.length > 0) {
  process.stderr.write('Usage: npm run bundle -- <file>\n');
  process.exit(2);
}
await writeFile(file, await bundleWorkflows());
