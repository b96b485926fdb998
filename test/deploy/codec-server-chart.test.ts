import assert from 'node:assert/strict';
import { renderChart } from '../../dev/helm.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { codecServerSchema } from '../../worker/codec-server/codec-server-config.ts';
import { chartObjects, deploymentsIn, variablesOf } from '../support/chart-objects.ts';

const RELEASE = { chart: 'sei-node-tasks', name: 'sei-node-tasks', namespace: 'sei-system' } as const;
const NAME = 'sei-node-tasks-codec-server';
const ISSUER = {
  url: 'https://issuer.example',
  keysUrl: 'https://issuer.example:8443/keys',
  audience: 'temporal',
  allowedClaim: 'groups=sei-operators',
};

interface Policy extends KubernetesObject {
  readonly spec: { readonly egress: readonly object[] };
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** An object that may select pods. */
interface Selecting extends KubernetesObject {
  readonly spec?: { readonly selector?: Selector; readonly podSelector?: Selector };
}

function valuesWith(codecServer: object): object {
  return {
    payloadKeys: { secretName: 'keys' },
    codecServer: { enabled: true, tokensSecretName: 'tokens', ...codecServer },
  };
}

async function objectsWith(codecServer: object, more: object = {}): Promise<KubernetesObject[]> {
  const objects = await chartObjects({ ...RELEASE, values: { ...valuesWith(codecServer), ...more } });
  return objects.filter(({ metadata }) => metadata.name === NAME);
}

async function egressWith(codecServer: object): Promise<readonly object[]> {
  const policy = (await objectsWith(codecServer)).find(({ kind }) => kind === 'NetworkPolicy');
  return (policy as Policy).spec.egress;
}

describe('the codec server of the chart', function () {
  // Helm is compiled on a machine that does not have it yet.
  this.timeout(900_000);

  it('is a Deployment, a Service and a NetworkPolicy, without an account', async () => {
    const objects = await objectsWith({});
    assert.deepEqual(new Set(objects.map(({ kind }) => kind)), new Set(['Deployment', 'NetworkPolicy', 'Service']));
    const [deployment = assert.fail()] = deploymentsIn(objects);
    const { spec } = deployment.spec.template;
    assert.partialDeepStrictEqual(spec, { automountServiceAccountToken: false });
    assert.equal(spec.serviceAccountName, undefined);
  });

  it('has only variables that exist, and those of env that it knows', async () => {
    const env = {
      LOG_LEVEL: 'DEBUG',
      HTTPS_PROXY: 'http://proxy:3128',
      MAX_CONCURRENT_POLLS: 5,
      NODE_OPTIONS: '--max-old-space-size=3072',
    };
    const [deployment = assert.fail()] = deploymentsIn(
      await objectsWith(
        { issuer: ISSUER, tlsSecretName: 'tls', origins: ['https://a.example', 'https://b.example'] },
        { env },
      ),
    );
    const { HTTPS_PROXY, NODE_OPTIONS, ...variables } = variablesOf(deployment);
    assert.deepEqual(
      Object.keys(variables).filter((name) => !Object.hasOwn(codecServerSchema.shape, name)),
      [],
    );
    assert.partialDeepStrictEqual(variables, {
      LOG_LEVEL: 'DEBUG',
      CODEC_ORIGINS: 'https://a.example,https://b.example',
      CODEC_JWKS_URL: ISSUER.keysUrl,
      CODEC_ALLOWED_CLAIM: ISSUER.allowedClaim,
      CODEC_TLS_CERT_FILE: '/etc/sei-node-tasks/codec-tls/tls.crt',
    });
    assert.equal(HTTPS_PROXY, 'http://proxy:3128');
    assert.equal(NODE_OPTIONS, '', 'a heap of the service, above the memory limit of the codec server');
  });

  it('connects to DNS and its issuer, or to nothing', async () => {
    assert.deepEqual(await egressWith({}), []);
    assert.deepEqual((await egressWith({ issuer: ISSUER })).at(-1), { ports: [{ protocol: 'TCP', port: 8443 }] });
  });

  it('is not selected by what selects the pods of the service', async () => {
    const objects = await chartObjects({
      ...RELEASE,
      values: { ...valuesWith({}), monitoring: { podMonitor: { enabled: true } } },
    });
    const labels = deploymentsIn(objects).find(({ metadata }) => metadata.name === NAME)?.spec.template.metadata.labels;
    const selectors = (objects as Selecting[])
      .filter(({ kind, metadata }) => kind !== 'Service' && metadata.name !== NAME)
      .flatMap(({ spec: { selector, podSelector } = {} }) => [selector, podSelector])
      .flatMap((selector) => (selector?.matchLabels === undefined ? [] : [selector.matchLabels]));
    assert.ok(selectors.length >= 4);
    for (const selector of selectors)
      assert.ok(!Object.entries(selector).every(([name, value]) => labels?.[name] === value), JSON.stringify(selector));
  });

  it('is scraped by a PodMonitor of its own, on the port that its metrics have', async () => {
    const monitoring = { podMonitor: { enabled: true } };
    const objects = await objectsWith({}, { monitoring });
    const monitors = objects.filter(({ kind, metadata }) => kind === 'PodMonitor' && metadata.name === NAME);
    const [deployment = assert.fail()] = deploymentsIn(objects);
    assert.partialDeepStrictEqual(monitors, [
      { spec: { podMetricsEndpoints: [{ port: 'metrics' }], selector: deployment.spec.selector } },
    ]);
    assert.equal(variablesOf(deployment)['METRICS_ADDRESS'], '0.0.0.0:9090');
  });

  const refused: Readonly<Record<string, readonly [values: object, words: RegExp]>> = {
    'without payload keys': [{ codecServer: { enabled: true, tokensSecretName: 'tokens' } }, /payloadKeys\.secretName/],
    'without tokens and issuer': [valuesWith({ tokensSecretName: '' }), /codecServer\.tokensSecretName/],
    'with every origin': [valuesWith({ origins: ['*'] }), /\/codecServer\/origins/],
    'with keys over http': [valuesWith({ issuer: { keysUrl: 'http://issuer' } }), /\/codecServer\/issuer\/keysUrl/],
  };
  for (const [what, [values, words]] of Object.entries(refused)) {
    it(`is refused ${what}`, async () => {
      await assert.rejects(renderChart({ ...RELEASE, values }), words);
    });
  }
});
