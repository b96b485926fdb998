import assert from 'node:assert/strict';
import { renderChart } from '../../dev/helm.ts';

const RELEASE = { chart: 'sei-node-tasks', name: 'sei-node-tasks', namespace: 'sei-system' } as const;

describe('values of the chart that are wrong', function () {
  // Helm is compiled on a machine that does not have it yet.
  this.timeout(900_000);

  const refused: readonly (readonly [what: string, values: object, field: string, value: string])[] = [
    ['a misspelt value', { replica: 3 }, '', "'replica' not allowed"],
    ['a misspelt value in a group', { temporal: { adress: 'temporal:7233' } }, '/temporal', "'adress' not allowed"],
    ['a group without its lines', { temporal: null }, '', "missing property 'temporal'"],
    [
      'the name of a Secret with a space',
      { temporal: { tls: { caSecretName: 'the CA' } } },
      '/temporal/tls/caSecretName',
      "'the CA'",
    ],
    [
      'a URL without the name of the node',
      { sidecar: { urlTemplate: 'http://sidecar:8443' } },
      '/sidecar/urlTemplate',
      'http://sidecar:8443',
    ],
    ['a password in a URL', { sidecar: { urlTemplate: 'http://a:b@{name}' } }, '/sidecar/urlTemplate', '{name}'],
    ['no audience', { sidecar: { audience: '' } }, '/sidecar/audience', 'minLength: got 0, want 1'],
    [
      'a token that is renewed less than five minutes before it expires, as an alert sees it',
      { sidecar: { tokenExpirationSeconds: 1200 } },
      '/sidecar/tokenExpirationSeconds',
      'got 1,200, want 1,800',
    ],
    ['a tag in the repository', { image: { repository: 'r.example/snt:1' } }, '/image/repository', 'r.example/snt:1'],
    ['an image in capitals', { image: { repository: 'r.example/Tasks' } }, '/image/repository', 'r.example/Tasks'],
    ['a digest that is too short', { image: { digest: 'sha256:abc' } }, '/image/digest', 'sha256:abc'],
    ['an unknown pull policy', { image: { pullPolicy: 'Sometimes' } }, '/image/pullPolicy', 'Sometimes'],
    ['a number as text', { all: { replicas: '2' } }, '/all/replicas', 'got string, want integer'],
    [
      'a quantity with a typing mistake',
      { all: { resources: { limits: { memory: '2GB' } } } },
      '/all/resources/limits/memory',
      '2GB',
    ],
    ['a namespace in capitals', { watchNamespaces: ['Arctic'] }, '/watchNamespaces/0', 'Arctic'],
    ['a selector with a quote', { taskSelector: 'team="a"' }, '/taskSelector', 'team="a"'],
    ['an unknown division', { coexistence: { dividedBy: 'Task' } }, '/coexistence/dividedBy', "'Task'"],
    [
      'a user name as the account of the Go controller',
      { coexistence: { goController: { serviceAccountName: 'system:serviceaccount:a:b' } } },
      '/coexistence/goController/serviceAccountName',
      'system:serviceaccount:a:b',
    ],
    ['a variable that does not exist', { env: { LOG_LEVLE: 'DEBUG' } }, '/env', "'LOG_LEVLE' not allowed"],
    ['a variable that the chart sets', { env: { ROLE: 'worker' } }, '/env', "'ROLE' not allowed"],
    [
      'a build of the workers as a variable, whose pods an upgrade would replace',
      { env: { TEMPORAL_WORKER_BUILD_ID: '0.1.0' } },
      '/env',
      "'TEMPORAL_WORKER_BUILD_ID' not allowed",
    ],
    ['a build that is not a tag', { separateRoles: true, worker: { builds: ['a b'] } }, '/worker/builds/0', "'a b'"],
    [
      'another namespace for the lease, where the account has no Role',
      { env: { LEASE_NAMESPACE: 'ops' } },
      '/env',
      "'LEASE_NAMESPACE' not allowed",
    ],
    [
      'a file with CAs that nothing mounts',
      { env: { NODE_EXTRA_CA_CERTS: '/ca.crt' } },
      '/env',
      "'NODE_EXTRA_CA_CERTS' not allowed",
    ],
    ['a grace of zero', { shutdownGraceSeconds: 0 }, '/shutdownGraceSeconds', 'got 0, want 1'],
    ['a host name to listen on', { listenAddress: 'localhost' }, '/listenAddress', 'localhost'],
    [
      'an address in place of a range',
      { networkPolicy: { apiServerCIDRs: ['10.0.0.1'] } },
      '/networkPolicy/apiServerCIDRs/0',
      '10.0.0.1',
    ],
    [
      "a label of the chart's own",
      { podLabels: { 'app.kubernetes.io/name': 'other' } },
      '/podLabels/app.kubernetes.io~1name',
      'false schema',
    ],
  ];
  for (const [what, values, field, value] of refused) {
    it(`are refused: ${what}, with the field and the value`, async () => {
      await assert.rejects(renderChart({ ...RELEASE, values }), ({ message }: Error) => {
        const line = message.split('\n').find((each) => each.startsWith(`- at '${field}'`));
        assert.ok(line?.includes(value), message);
        return true;
      });
    });
  }

  const contradictions: readonly (readonly [what: string, values: object, sentence: RegExp])[] = [
    [
      'two selectors',
      { coexistence: { dividedBy: 'TaskLabel' }, taskSelector: 'team=a' },
      /taskSelector=team=a: coexistence\.dividedBy=TaskLabel/,
    ],
    [
      'labelled namespaces without their names',
      { coexistence: { dividedBy: 'NamespaceLabel' } },
      /watchNamespaces=\[\]: coexistence\.dividedBy=NamespaceLabel/,
    ],
    [
      'a part of the tasks without a task queue of its own',
      { taskSelector: 'team=a' },
      /taskSelector=team=a: .* Set env\.TASK_QUEUE/,
    ],
    [
      'builds of the workers without separate roles',
      { worker: { builds: ['0.1.0'] } },
      /worker\.builds=\[0\.1\.0\] needs separateRoles: true/,
    ],
    [
      'builds with a digest, which would be the same for all',
      { separateRoles: true, worker: { builds: ['0.1.0'] }, image: { digest: `sha256:${'0'.repeat(64)}` } },
      /worker\.builds=\[0\.1\.0\] .* image\.digest=sha256:0+ /,
    ],
  ];
  for (const [what, values, sentence] of contradictions)
    it(`are refused: ${what}`, async () => await assert.rejects(renderChart({ ...RELEASE, values }), sentence));

  for (const address of [
    '',
    'temporal',
    'https://temporal:7233',
    'temporal:0',
    'temporal:70000',
    'a:b:7233',
    '::1:7233',
  ])
    it(`are refused: ${address || 'nothing'} as the address of Temporal, with what is expected`, async () => {
      const rendered = renderChart({ ...RELEASE, values: { temporal: { address } } });
      await assert.rejects(rendered, ({ message }: Error) =>
        message.includes(`temporal.address=${address} must be host:port`),
      );
    });

  it('are refused: a cluster without admission policies, unless none is asked for', async () => {
    const older = { ...RELEASE, kubernetes: '1.29.14' };
    await assert.rejects(renderChart(older), /admission\.enabled=true needs Kubernetes 1\.30 .* has v1\.29\.14/);
    const values = { admission: { enabled: false } };
    assert.doesNotMatch(await renderChart({ ...older, values }), /ValidatingAdmissionPolicy/);
    const divided = { ...values, coexistence: { dividedBy: 'TaskLabel' } };
    await assert.rejects(renderChart({ ...older, values: divided }), /coexistence\.dividedBy=TaskLabel needs/);
  });

  it('are refused: a release name that makes names too long', async () => {
    await assert.rejects(renderChart({ ...RELEASE, name: 'a'.repeat(50) }), /release name "a+" is too long/);
  });
});
