/**
 * Writes the file for WORKFLOW_BUNDLE, or with --encrypted that for ENCRYPTED_WORKFLOW_BUNDLE, to be put into an image of
 * this version: `npm run bundle -- [--encrypted] <file>`.
 */
import { writeFile } from 'node:fs/promises';
import { FAILURE_CONVERTER } from '../encryption/data-converter.ts';
import { bundleWorkflows } from './workflow-bundle.ts';

const ENCRYPTED = '--encrypted';

const words = process.argv.slice(2);
const [file = '-', ...rest] = words.filter((word) => word !== ENCRYPTED);
if (file.startsWith('-') || rest.length > 0) {
  process.stderr.write(`Usage: npm run bundle -- [${ENCRYPTED}] <file>\n`);
  process.exit(2);
}
await writeFile(file, await bundleWorkflows(words.includes(ENCRYPTED) ? FAILURE_CONVERTER : undefined));
