import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { localSeiNodeDefinition, seiNodeTaskDefinition } from '../api/custom-resource-definition.ts';

const HEADER = '# Generated from api/ by `npm run generate`; do not edit.\n';

function yaml(document: unknown): string {
  return HEADER + stringify(document, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

const files = new Map<string, string>([
  ['crd/seinodetasks.sei.io.yaml', yaml(seiNodeTaskDefinition())],
  ['crd/local/seinodes.sei.io.yaml', yaml(localSeiNodeDefinition())],
]);

const stale: string[] = [];
for (const [name, text] of files) {
  const file = new URL(name, import.meta.url);
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === text) continue;
  stale.push(`deploy/${name}`);
  if (!process.argv.includes('--check')) await writeFile(file, text);
}

for (const name of stale) console.log(process.argv.includes('--check') ? `${name} is stale` : `wrote ${name}`);
if (process.argv.includes('--check') && stale.length > 0) {
  console.error('Run `npm run generate` and commit the result.');
  process.exitCode = 1;
}
