import assert from 'node:assert/strict';
import { ConfigError, readConfig } from '../../worker/config.ts';

/** A file that is not a bundle. */
const OTHER_FILE = '/proc/self/stat';

describe('readConfig', () => {
  it('runs on a laptop without any variable', () => {
    const { SIDECAR_URL_TEMPLATE: sidecar, SEID_RPC_URL_TEMPLATE: rpc, ...rest } = readConfig({});
    assert.deepEqual(rest, {
      ROLE: 'all',
      WATCH_NAMESPACE: [],
      LEASE_NAME: 'sei-node-tasks',
      MAX_CONCURRENT_POLLS: 10_000,
      GUARD_DEFAULT: 'Off',
      MAX_ORPHANS_PERCENT: 20,
      PROBE_ADDRESS: '127.0.0.1:8080',
      METRICS_ADDRESS: '127.0.0.1:9090',
      SHUTDOWN_GRACE: 25_000,
      LOG_LEVEL: 'INFO',
      GIT_COMMIT: 'unknown',
    });
    const node = { name: 'syncer-0', namespace: 'arctic-1' };
    assert.equal(
      sidecar.urlOf(node, '/v0/tasks'),
      'http://syncer-0-0.syncer-0.arctic-1.svc.cluster.local:8443/v0/tasks',
    );
    assert.equal(rpc.urlOf(node, '/status'), 'http://syncer-0-0.syncer-0.arctic-1.svc.cluster.local:26657/status');
  });

  it('treats an empty variable as unset', () => {
    assert.equal(readConfig({ ROLE: '', TASK_QUEUE: '', SIDECAR_TOKEN_FILE: '' }).ROLE, 'all');
  });

  const accepted: [variable: string, text: string, value: unknown][] = [
    ['ROLE', 'bridge', 'bridge'],
    ['ROLE', 'worker', 'worker'],
    ['WATCH_NAMESPACE', 'arctic-1', ['arctic-1']],
    ['WATCH_NAMESPACE', ' arctic-1, pacific-1,', ['arctic-1', 'pacific-1']],
    ['GUARD_DEFAULT', 'Enforce', 'Enforce'],
    ['MAX_CONCURRENT_POLLS', '1', 1],
    ['PROBE_ADDRESS', '0.0.0.0:80', '0.0.0.0:80'],
    ['PROBE_ADDRESS', '[::1]:65535', '[::1]:65535'],
    ['PROBE_ADDRESS', 'localhost:8080', 'localhost:8080'],
    ['METRICS_ADDRESS', '[::]:9090', '[::]:9090'],
    ['SHUTDOWN_GRACE', '1m30s', 90_000],
    ['LOG_LEVEL', 'DEBUG', 'DEBUG'],
    ['LOG_FORMAT', 'text', 'text'],
    ['DEFAULT_TTL_AFTER_FINISHED', '168h', 604_800_000],
    ['LEASE_NAME', 'sei-node-tasks.team-a', 'sei-node-tasks.team-a'],
    ['LEASE_NAMESPACE', 'operators', 'operators'],
    ['TASK_SELECTOR', 'team notin (a)', 'team notin (a)'],
    ['TEMPORAL_UI_URL', 'https://temporal.example/ui/', 'https://temporal.example/ui'],
    ['SIDECAR_TOKEN_FILE', import.meta.filename, import.meta.filename],
  ];
  for (const [variable, text, value] of accepted) {
    it(`takes ${variable}=${text}`, () => {
      assert.deepEqual(
        Object.entries(readConfig({ [variable]: text })).find(([name]) => name === variable)?.[1],
        value,
      );
    });
  }

  const refused: readonly (readonly [variable: string, text: string])[] = [
    ['ROLE', 'boss'],
    ['WATCH_NAMESPACE', 'arctic-1,Arctic_2'],
    ['LEASE_NAME', 'Lease'],
    ['LEASE_NAME', 'a'.repeat(254)],
    ['LEASE_NAMESPACE', 'a,b'],
    ['SIDECAR_URL_TEMPLATE', 'http://sidecar:7777'],
    ['SIDECAR_URL_TEMPLATE', 'http://{node}:7777'],
    ['SIDECAR_URL_TEMPLATE', 'ftp://{name}'],
    ['SIDECAR_TOKEN_FILE', '/nowhere/token'],
    ['SIDECAR_CA_FILE', '/nowhere/ca'],
    ['SIDECAR_CA_FILE', import.meta.filename],
    ['PAYLOAD_KEY_FILE', '/nowhere/keys'],
    ['PAYLOAD_KEY_FILE', import.meta.filename],
    ['ENCRYPTED_WORKFLOW_BUNDLE', '/nowhere/bundle.js'],
    ['ENCRYPTED_WORKFLOW_BUNDLE', OTHER_FILE],
    ['SEID_RPC_URL_TEMPLATE', 'http://rpc:26657'],
    ['DEFAULT_TTL_AFTER_FINISHED', '7d'],
    ['TEMPORAL_UI_URL', 'javascript:alert(1)'],
    ['GUARD_DEFAULT', 'enforce'],
    ['MAX_CONCURRENT_POLLS', 'many'],
    ['MAX_CONCURRENT_POLLS', '0'],
    ['MAX_CONCURRENT_POLLS', '1.5'],
    ['PROBE_ADDRESS', '8080'],
    ['PROBE_ADDRESS', '::1:8080'],
    ['PROBE_ADDRESS', '127.0.0.1:65536'],
    ['METRICS_ADDRESS', 'localhost:9090'],
    ['SHUTDOWN_GRACE', '25'],
    ['SHUTDOWN_GRACE', '0s'],
    ['LOG_LEVEL', 'TRACE'],
    ['LOG_FORMAT', 'xml'],
  ];
  for (const [variable, value] of refused) {
    it(`refuses ${variable}=${value}, and says why`, () => {
      const [problem, ...others] = refusal({ [variable]: value }).problems;
      assert.partialDeepStrictEqual(problem, { variable, value });
      assert.match(problem?.problem ?? '', /\w/);
      assert.deepEqual(others, []);
    });
  }

  it('takes a version of a Worker Deployment', () => {
    const version = { TEMPORAL_DEPLOYMENT_NAME: 'sei-node-tasks', TEMPORAL_WORKER_BUILD_ID: '1.2.3' };
    const { TEMPORAL_DEPLOYMENT_NAME, TEMPORAL_WORKER_BUILD_ID } = readConfig(version);
    assert.deepEqual({ TEMPORAL_DEPLOYMENT_NAME, TEMPORAL_WORKER_BUILD_ID }, version);
  });

  for (const [set, unset] of [
    ['TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID'],
    ['TEMPORAL_WORKER_BUILD_ID', 'TEMPORAL_DEPLOYMENT_NAME'],
  ] as const) {
    it(`refuses ${set} without ${unset}`, () => {
      assert.deepEqual(
        refusal({ [set]: 'v1' }).problems.map(({ variable, value }) => [variable, value]),
        [[unset, '']],
      );
    });
  }

  it('does not quote a password in a URL', () => {
    for (const text of ['http://user:hunter2@{name}', 'http://user:hunter2@{node}']) {
      const { problems } = refusal({ SIDECAR_URL_TEMPLATE: text });
      assert.deepEqual(
        problems.map(({ variable, value }) => [variable, value]),
        [['SIDECAR_URL_TEMPLATE', text.replace('user:hunter2', '…')]],
      );
      assert.doesNotMatch(JSON.stringify(problems), /hunter2/);
    }
  });
});

function refusal(environment: NodeJS.ProcessEnv): ConfigError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  return assert.fail('it was accepted');
}
