import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { localSeiNodeDefinition, seiNodeTaskDefinition } from '../api/custom-resource-definition.ts';
import { withReference } from '../cli/reference.ts';
import { taskKindsPolicy } from './task-kinds-policy.ts';
import { taskWorkflows } from './task-workflows.ts';
import { withTables } from './with-tables.ts';

const HEADER = '# Generated from api/ by `npm run generate`; do not edit.\n';

/** YAML 1.1, as kubectl reads it: there `yes` and `no` are booleans unless they are quoted. */
function yaml(...documents: readonly unknown[]): string {
  const texts = documents.map((document) =>
    stringify(document, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }),
  );
  return HEADER + texts.join('---\n');
}

/** Each generated file, from what it holds now. */
const generators: Readonly<Record<string, (present: string) => string>> = {
  'deploy/crd/seinodetasks.sei.io.yaml': () => yaml(seiNodeTaskDefinition()),
  'deploy/crd/local/seinodes.sei.io.yaml': () => yaml(localSeiNodeDefinition()),
  'deploy/admission/task-kinds.yaml': () => yaml(...taskKindsPolicy()),
  'workflows/tasks.ts': taskWorkflows,
  'docs/reasons.md': (present) => withTables(present, ['messages']),
  'docs/architecture.md': (present) => withTables(present, ['rooms']),
  'docs/tasks.md': (present) => withTables(present, ['kinds', 'reasons']),
  'docs/configuration.md': (present) => withTables(present, ['config']),
  'docs/logs.md': (present) => withTables(present, ['events', 'fields']),
  'docs/cli.md': withReference,
};

const checkOnly = process.argv.includes('--check');

for (const [name, generate] of Object.entries(generators)) {
  const file = new URL(`../${name}`, import.meta.url);
  const present = await readFile(file, 'utf8').catch(() => '');
  const next = generate(present);
  if (next === present) continue;
  if (checkOnly) {
    console.error(`${name} is stale: run \`npm run generate\` and commit the result.`);
    process.exitCode = 1;
  } else {
    await writeFile(file, next);
    console.log(`wrote ${name}`);
  }
}
