import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { NodeUrlError } from '../../activities/errors.ts';
import { NodeUrlTemplate } from '../../activities/node-url-template.ts';
import { taskInputOf } from '../../api/temporal/task-input.ts';
import { planTask } from '../../core/task-plan.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { KubernetesNameError } from '../../kubernetes/errors.ts';
import { resourcePath } from '../../kubernetes/resource-path.ts';
import { planner } from '../core/planner.ts';
import { caseCount } from '../support/case-count.ts';
import { codePoint } from '../support/code-point.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const PATH = '/v0/tasks';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
/** Labels that URLs read as numbers, or as other names. */
const odd = fc.constantFrom(
  '2130706433',
  '0x7f000001',
  '127',
  '1',
  '0',
  '017700000001',
  '0x7f',
  'xn--a',
  'xn--mnchen-3ya',
  'xn--',
  'localhost',
  'a--b',
);
/** Text that would be more than a label if it got into a URL. */
const hostile = fc.constantFrom(
  '',
  '.',
  '..',
  '../..',
  'a/b',
  'a.b',
  'evil.example#',
  'a@evil.example',
  'a:80',
  '[::1]',
  'a?b',
  'a\\b',
  'a%2eb',
  'a\n',
  '\ta',
  'Ａ',
  '{name}',
  'a ',
);
const anyName = fc.oneof(label, odd, hostile, fc.string({ unit: codePoint }), fc.string());

/** As operators may write them; what stands before and behind the names must stay as it is. */
const templates = [
  'http://{name}-0.{name}.{namespace}.svc.cluster.local:8443',
  'https://{name}.{namespace}:8443/sidecar',
  'http://{name}:7777',
  'http://{namespace}/{name}',
  'http://{namespace}.{name}:80',
  'http://127.0.0.1:7777/{namespace}/{name}',
  'https://[::1]:7777/{namespace}/{name}',
  'HTTPS://Gateway.Example/{name}/{namespace}/',
  'http://a-{name}:443/x',
];

const fill = (text: string, name: string, namespace: string): string =>
  text.replaceAll('{name}', name).replaceAll('{namespace}', namespace);

describe('names from resources', () => {
  for (const template of templates) {
    it(`change only their part of ${template}`, () => {
      const parsed = new NodeUrlTemplate(template);
      const [, scheme = '', host = '', port = '', path = ''] =
        /^(\w+:)\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?(.*?)\/?$/.exec(template) ?? assert.fail(template);
      let accepted = 0;
      fc.assert(
        fc.property(anyName, anyName, (name, namespace) => {
          let url: URL;
          try {
            url = new URL(parsed.urlOf({ name, namespace }, PATH));
          } catch (error) {
            assert.ok(error instanceof NodeUrlError, String(error));
            return;
          }
          accepted += 1;
          assert.match(name, LABEL);
          assert.match(namespace, LABEL);
          assert.equal(url.protocol, scheme.toLowerCase());
          assert.equal(url.hostname, fill(host, name, namespace).toLowerCase());
          const standard = { 'http:': '80', 'https:': '443' }[url.protocol];
          assert.equal(url.port, port === standard ? '' : port);
          assert.equal(url.pathname, fill(path, name, namespace) + PATH);
          assert.deepEqual([url.username, url.password, url.search, url.hash], ['', '', '', '']);
        }),
        { numRuns: caseCount(2_000) },
      );
      assert.ok(accepted > caseCount(50), `${accepted}`);
    });
  }

  for (const name of ['2130706433', '0x7f000001', '127']) {
    it(`are refused when the URL would read ${name} as an address`, () => {
      assert.throws(() => new NodeUrlTemplate('http://{name}:7777').urlOf({ name, namespace: 'arctic-1' }, PATH), {
        code: 'NODE_URL_INVALID',
        message: new RegExp(`node arctic-1/${name} gives the host "${name}"`),
      });
    });
  }

  for (const template of [
    'http://127.1/{name}',
    'http://0x7f.1/{name}',
    'http://ho\tst/{name}',
    'http://bücher.example/{name}',
    'http:\\\\host/{name}',
    'http:host/{name}',
    'http://{name}%2eexample',
  ]) {
    it(`are not put into ${JSON.stringify(template)}, whose host is parsed as another`, () => {
      assert.throws(() => new NodeUrlTemplate(template), {
        code: 'NODE_URL_INVALID',
        message: /has a host that is parsed as |is not an http or https URL/,
      });
    });
  }

  it('are only accepted in a plan as DNS labels', () => {
    fc.assert(
      fc.property(anyName, anyName, (name, namespace) => {
        const isLabel = LABEL.test(name) && LABEL.test(namespace);
        assert.equal('plan' in planTask('RestartSeid', { node: { name, namespace }, payload: {} }, planner), isLabel);
        const resource = {
          metadata: { namespace, name: 'task', uid: 'u' },
          spec: { kind: 'RestartSeid', target: { nodeRef: { name } }, restartSeid: {} },
        };
        assert.equal(
          'plan' in planTask('RestartSeid', taskInputOf(resource as unknown as SeiNodeTask), planner),
          isLabel,
        );
      }),
      { numRuns: caseCount(2_000) },
    );
  });

  it("are only accepted in a plan's mirror and its task as one segment of a path", () => {
    fc.assert(
      fc.property(anyName, (text) => {
        const input = { node: { name: 'node', namespace: 'arctic-1' }, payload: {} };
        for (const more of [
          { mirrorTo: { namespace: text, name: 'task', uid: 'u' } },
          { mirrorTo: { namespace: 'a', name: text, uid: 'u' } },
          { begun: { taskId: text, accepted: true } },
        ]) {
          const planned = planTask('RestartSeid', { ...input, ...more }, planner);
          if (!('plan' in planned)) continue;
          assert.equal(
            new URL(`http://host/before/${encodeURIComponent(text)}/after`).pathname,
            `/before/${text}/after`,
          );
        }
      }),
      { numRuns: caseCount(2_000) },
    );
  });

  it('stay one segment in every path of the API server', () => {
    const kind = { group: 'sei.io', version: 'v1alpha1', plural: 'seinodetasks' };
    fc.assert(
      fc.property(anyName, anyName, (namespace, name) => {
        let path: string;
        try {
          path = resourcePath(kind, { namespace, name, subresource: 'status' });
        } catch (error) {
          assert.ok(error instanceof KubernetesNameError || error instanceof URIError, String(error));
          return;
        }
        const { pathname, search, hash } = new URL(`https://host${path}`);
        const [, , , , , readNamespace = '', , readName = '', ...rest] = pathname.split('/');
        assert.deepEqual(
          [decodeURIComponent(readNamespace), decodeURIComponent(readName), rest],
          [namespace, name, ['status']],
        );
        assert.deepEqual([search, hash], ['', '']);
      }),
      { numRuns: caseCount(2_000) },
    );
  });
});
