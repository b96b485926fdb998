import assert from 'node:assert/strict';
import { ConfigError, readConfig } from '../../worker/config.ts';

describe('readConfig', () => {
  it('runs on a laptop without any variable', () => {
    const { SIDECAR_URL_TEMPLATE: sidecar, SEID_RPC_URL_TEMPLATE: rpc, ...rest } = readConfig({});
    assert.deepEqual(rest, {
      ROLE: 'all',
      WATCH_NAMESPACE: [],
      LEASE_NAME: 'sei-node-tasks',
      MAX_CONCURRENT_POLLS: 10_000,
      MAX_ORPHANS_PERCENT: 20,
      PROBE_ADDRESS: '127.0.0.1:8080',
      METRICS_ADDRESS: '127.0.0.1:9090',
      SHUTDOWN_GRACE: 25_000,
      LOG_LEVEL: 'INFO',
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
    ['MAX_CONCURRENT_POLLS', '1', 1],
    ['PROBE_ADDRESS', '0.0.0.0:80', '0.0.0.0:80'],
    ['PROBE_ADDRESS', '[::1]:65535', '[::1]:65535'],
    ['PROBE_ADDRESS', 'localhost:8080', 'localhost:8080'],
    ['METRICS_ADDRESS', '[::]:9090', '[::]:9090'],
    ['SHUTDOWN_GRACE', '1m30s', 90_000],
    ['LOG_LEVEL', 'DEBUG', 'DEBUG'],
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

  const refused: [variable: string, text: string, problem: RegExp][] = [
    ['ROLE', 'boss', /expected one of "all"\|"bridge"\|"worker"/],
    ['WATCH_NAMESPACE', 'arctic-1,Arctic_2', /is not a namespace name/],
    ['LEASE_NAME', 'Lease', /is not an object name/],
    ['LEASE_NAME', 'a'.repeat(254), /expected string to have <=253 characters/],
    ['LEASE_NAMESPACE', 'a,b', /is not a namespace name/],
    ['SIDECAR_URL_TEMPLATE', 'http://sidecar:7777', /does not contain \{name\}/],
    ['SIDECAR_URL_TEMPLATE', 'http://{node}:7777', /contains \{node\}/],
    ['SIDECAR_URL_TEMPLATE', 'ftp://{name}', /is not an http or https URL/],
    ['SIDECAR_TOKEN_FILE', '/nowhere/token', /cannot be read/],
    ['SIDECAR_CA_FILE', '/nowhere/ca', /CA file \/nowhere\/ca cannot be read/],
    ['SIDECAR_CA_FILE', import.meta.filename, /config\.test\.ts contains no PEM certificate/],
    ['PAYLOAD_KEY_FILE', '/nowhere/keys', /\/nowhere\/keys cannot be read \(ENOENT\); check the path and its mount$/],
    [
      'PAYLOAD_KEY_FILE',
      import.meta.filename,
      /config\.test\.ts line 1 is not <id>: <32 bytes in base64>, with an id of .*"-"$/,
    ],
    ['SEID_RPC_URL_TEMPLATE', 'http://rpc:26657', /does not contain \{name\}/],
    ['TEMPORAL_UI_URL', 'javascript:alert(1)', /is not an http or https URL/],
    ['MAX_CONCURRENT_POLLS', 'many', /is not a number/],
    ['MAX_CONCURRENT_POLLS', '0', /is not above 0/],
    ['MAX_CONCURRENT_POLLS', '1.5', /is not a whole number/],
    ['PROBE_ADDRESS', '8080', /is not host:port/],
    ['PROBE_ADDRESS', '::1:8080', /is not host:port/],
    ['PROBE_ADDRESS', '127.0.0.1:65536', /has a port above 65535/],
    ['METRICS_ADDRESS', 'localhost:9090', /write an IP address/],
    ['SHUTDOWN_GRACE', '25', /is not a duration above 0/],
    ['SHUTDOWN_GRACE', '0s', /is not a duration above 0/],
    ['LOG_LEVEL', 'TRACE', /expected one of "DEBUG"\|"INFO"\|"WARN"\|"ERROR"/],
  ];
  for (const [variable, text, problem] of refused) {
    it(`refuses ${variable}=${text}, in one line`, () => {
      const { message } = refusal({ [variable]: text });
      const [heading, line = '', ...rest] = message.split('\n');
      assert.equal(heading, 'The configuration is not valid:');
      assert.ok(line.startsWith(`  ${variable}=${JSON.stringify(text)}: `), line);
      assert.match(line, problem);
      assert.deepEqual(rest, ['Correct these environment variables and start again.']);
    });
  }

  it('does not quote a password in a URL', () => {
    for (const text of ['http://user:hunter2@{name}', 'http://user:hunter2@{node}']) {
      const { message } = refusal({ SIDECAR_URL_TEMPLATE: text });
      assert.match(message, /SIDECAR_URL_TEMPLATE="http:\/\/…@\{/);
      assert.doesNotMatch(message, /hunter2/);
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
