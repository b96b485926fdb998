'use strict';

/** Files of one folder. mocha splits a pattern at its commas, so none has braces. */
const files = (folder, ...names) => names.map((name) => `test/${folder}/${name}.test.ts`);

/** What needs no server: none is started, and a test that asks for one fails. */
module.exports = {
  extension: ['ts'],
  spec: [
    ...['activities', 'api', 'bench', 'chaos', 'core', 'kubernetes', 'lib'].flatMap((room) => files(room, '*')),
    ...files('crd-bridge', 'change-value-texts', 'finished-tasks', 'work-queue', 'work-queue-property'),
    ...files('docs', 'checklists', 'contract-tests', 'references'),
    ...files('encryption', 'encryption-codec', 'payload-keys'),
    ...files('security', 'hostile-text', 'urls'),
    ...files('scripts', '*'),
    ...files('simulator', '*-contract'),
    ...files('worker', 'config', 'probe-server'),
  ],
  ignore: [
    ...files('bench', 'bench'),
    ...files('chaos', 'run'),
    ...files(
      'kubernetes',
      'any-kube-config',
      'in-cluster',
      'lease-elector',
      'real-api-server',
      'refused-status',
      'restored-from-backup',
    ),
  ],
  parallel: true,
  // Many of them wait more than they work.
  jobs: 6,
  timeout: 20_000,
  'forbid-only': true,
};
