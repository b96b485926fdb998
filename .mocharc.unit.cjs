'use strict';

const { globSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { require: _globalFixtures, ...all } = require('./.mocharc.cjs');

/** What starts servers, or asks for them. */
const SERVERS = ['dev/start-local-servers.ts', 'test/support/shared-servers.ts'];
/** What takes seconds: it starts or bundles whole programs and, with some, servers, or it waits for a lease to be lost. */
const SLOW = [
  'test/bench/bench.test.ts',
  'test/build/plugin-file.test.ts',
  'test/chaos/run.test.ts',
  'test/cli/exec-plugins.test.ts',
  'test/cli/kubeconfig-oddities.test.ts',
  'test/cli/runbook-commands.test.ts',
  'test/cli/usage.test.ts',
  'test/codec-server/codec-server-process.test.ts',
  'test/demo/demo.test.ts',
  'test/dev/spawn-guarded.test.ts',
  'test/crd-bridge/orphans.test.ts',
  'test/deploy/chart-values.test.ts',
  'test/deploy/chart.test.ts',
  'test/deploy/codec-server-chart.test.ts',
  'test/deploy/generate.test.ts',
  'test/kubernetes/lease-handicap.test.ts',
  'test/monitoring/alerts.test.ts',
  'test/simulator/chain-fleet.test.ts',
  'test/simulator/fleet.test.ts',
  'test/simulator/governance-contract.test.ts',
  'test/simulator/outages.test.ts',
  'test/simulator/sidecar-contract.test.ts',
  'test/simulator/sidecar-sigterm.test.ts',
  'test/supply-chain/audit.test.ts',
  'test/supply-chain/sbom.test.ts',
  'test/worker/bundled-modules.test.ts',
  'test/worker/configuration-errors.test.ts',
];

const IMPORT = /^(?:import|export) (?!type\b)(?:[^;']* from )?'(\.[^']+)'/gm;
const imports = new Map();

/** The files that a file imports, by their path from here. */
function importsOf(file) {
  if (!imports.has(file)) {
    const text = file.endsWith('.ts') ? readFileSync(join(__dirname, file), 'utf8') : '';
    imports.set(
      file,
      [...text.matchAll(IMPORT)].map(([, path]) => join(dirname(file), path)),
    );
  }
  return imports.get(file);
}

/** Whether a file is one of those that start servers, or imports one. */
function needsServers(file, seen = new Set()) {
  if (seen.has(file)) return false;
  seen.add(file);
  return SERVERS.includes(file) || importsOf(file).some((imported) => needsServers(imported, seen));
}

// Read by test/support/case-count.ts.
process.env.SEI_NODE_TASKS_TEST_FEWER_CASES = 'yes';

/** Files that wait start first: the last of them would otherwise run alone. */
const WAITS = /kubernetes-transport|chain-reader|codec-handler|contract/;
const files = globSync('test/**/*.test.ts', { cwd: __dirname }).toSorted(
  (one, other) => Number(WAITS.test(other)) - Number(WAITS.test(one)),
);

/** Every file that needs no server: none is started, and a test that asks for one fails. */
module.exports = {
  ...all,
  spec: all.spec.length > 0 ? files.filter((file) => !SLOW.includes(file) && !needsServers(file)) : [],
  // Some wait more than they work.
  jobs: 5,
  timeout: 20_000,
};
