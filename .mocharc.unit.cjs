'use strict';

/** What needs no server: none is started, and a test that asks for one fails. */
module.exports = {
  extension: ['ts'],
  spec: [
    'test/{activities,api,bench,chaos,core,kubernetes,lib}/*.test.ts',
    'test/crd-bridge/{change-value-texts,finished-tasks,work-queue,work-queue-property}.test.ts',
    'test/docs/{contract-tests,references}.test.ts',
    'test/encryption/{encryption-codec,payload-keys}.test.ts',
    'test/security/{hostile-text,urls}.test.ts',
    'test/simulator/*-contract.test.ts',
    'test/worker/{config,probe-server}.test.ts',
  ],
  ignore: [
    'test/bench/bench.test.ts',
    'test/chaos/run.test.ts',
    'test/kubernetes/{any-kube-config,in-cluster,lease-elector,real-api-server,refused-status,restored-from-backup}.test.ts',
  ],
  parallel: true,
  // Many of them wait more than they work.
  jobs: 6,
  timeout: 20_000,
  'forbid-only': true,
};
