import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import {
  localSeiNodeDefinition,
  seiNodeRunbookDefinition,
  seiNodeTaskDefinition,
} from '../api/custom-resource-definition.ts';
import { withReference } from '../cli/reference.ts';
import { chartSchema } from './chart-schema.ts';
import { alerts, ruleFile, withRule } from './monitoring/alert-files.ts';
import { dashboard } from './monitoring/dashboard.ts';
import { taskKindsPolicy } from './task-kinds-policy.ts';
import { taskWorkflows } from './task-workflows.ts';
import { withTables } from './with-tables.ts';

const HEADER = '# Generated from api/ by `npm run generate`; do not edit.\n';
const RULES_HEADER = '# Generated from scripts/monitoring/alerts.ts by `npm run generate`; do not edit.\n';

/** YAML 1.1, as kubectl reads it: there `yes` and `no` are booleans unless they are quoted. */
function yaml(...documents: readonly unknown[]): string {
  const texts = documents.map((document) =>
    stringify(document, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }),
  );
  return HEADER + texts.join('---\n');
}

/** A chart can only read files in its own folder. */
const copyOf = (source: string) => (): string => readFileSync(new URL(`../${source}`, import.meta.url), 'utf8');

/** Each generated file, from what it holds now. */
const generators: Readonly<Record<string, (present: string) => string>> = {
  'deploy/crd/seinodetasks.sei.io.yaml': () => yaml(seiNodeTaskDefinition()),
  'deploy/crd/seinoderunbooks.sei.io.yaml': () => yaml(seiNodeRunbookDefinition()),
  'deploy/crd/local/seinodes.sei.io.yaml': () => yaml(localSeiNodeDefinition()),
  'deploy/charts/sei-node-tasks-crds/files/seinodetasks.sei.io.yaml': () => yaml(seiNodeTaskDefinition()),
  'deploy/charts/sei-node-tasks/files/admission/task-kinds.yaml': () => yaml(...taskKindsPolicy()),
  'deploy/charts/sei-node-tasks/files/coexist/status-writes.yaml': copyOf('deploy/coexist/status-writes.yaml'),
  'deploy/charts/sei-node-tasks-crds/files/seinoderunbooks.sei.io.yaml': () => yaml(seiNodeRunbookDefinition()),
  'deploy/charts/sei-node-tasks/files/monitoring/dashboard.json': dashboard,
  'deploy/charts/sei-node-tasks/files/monitoring/rules.yaml': () => RULES_HEADER + ruleFile(),
  'deploy/charts/sei-node-tasks/files/rbac/bridge.yaml': copyOf('deploy/rbac/bridge.yaml'),
  'deploy/charts/sei-node-tasks/files/rbac/people.yaml': copyOf('deploy/rbac/people.yaml'),
  'deploy/charts/sei-node-tasks/files/rbac/update-node-image.yaml': copyOf('deploy/rbac/update-node-image.yaml'),
  'deploy/charts/sei-node-tasks/files/rbac/worker.yaml': copyOf('deploy/rbac/worker.yaml'),
  'deploy/charts/sei-node-tasks/values.schema.json': chartSchema,
  'deploy/admission/task-kinds.yaml': () => yaml(...taskKindsPolicy()),
  'workflows/tasks.ts': taskWorkflows,
  'docs/reasons.md': (present) => withTables(present, ['messages']),
  'docs/runbooks.md': (present) => withTables(present, ['runbookReasons', 'runbookNodeReasons']),
  'docs/architecture.md': (present) => withTables(present, ['rooms']),
  'docs/tasks.md': (present) => withTables(present, ['kinds', 'reasons']),
  'deploy/monitoring/rules.yaml': () => RULES_HEADER + ruleFile(),
  'deploy/monitoring/dashboard.json': dashboard,
  'docs/alerts/README.md': (present) => withTables(present, ['alerts']),
  ...Object.fromEntries(
    alerts.map((alert) => [`docs/alerts/${alert.name}.md`, (page: string) => withRule(page, alert)]),
  ),
  'docs/guard.md': (present) => withTables(present, ['guardVerdicts']),
  'docs/metrics.md': (present) => withTables(present, ['metrics', 'sdkMetrics', 'metricLabels']),
  'docs/configuration.md': (present) => withTables(present, ['config', 'codecServer']),
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
    await mkdir(new URL('.', file), { recursive: true });
    await writeFile(file, next);
    console.log(`wrote ${name}`);
  }
}
