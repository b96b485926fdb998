import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { NodeUrlError } from '../../activities/errors.ts';
import { NodeUrlTemplate } from '../../activities/node-url-template.ts';

const inCluster = 'http://{name}-0.{name}.{namespace}.svc.cluster.local:8443';
const node = { namespace: 'arctic-1', name: 'syncer-0-0' };

describe('NodeUrlTemplate', () => {
  const urls: readonly (readonly [template: string, url: string])[] = [
    [inCluster, 'http://syncer-0-0-0.syncer-0-0.arctic-1.svc.cluster.local:8443/v0/tasks'],
    ['http://127.0.0.1:7777/{namespace}/{name}', 'http://127.0.0.1:7777/arctic-1/syncer-0-0/v0/tasks'],
    ['https://{name}.example/prefix//', 'https://syncer-0-0.example/prefix/v0/tasks'],
  ];
  for (const [template, url] of urls) {
    it(`fills in ${template}`, () => assert.equal(new NodeUrlTemplate(template).urlOf(node, '/v0/tasks'), url));
  }

  const bad: readonly (readonly [template: string, problem: RegExp])[] = [
    ['', /does not contain \{name\}/],
    ['http://sidecar:8443', /does not contain \{name\}/],
    ['http://{namespace}:8443', /does not contain \{name\}/],
    ['http://{nodename}:8443/{name}', /contains \{nodename\}/],
    ['http://{}/{name}', /contains \{\}/],
    ['{name}:8443', /is not an http or https URL/],
    ['ftp://{name}', /is not an http or https URL/],
    ['file:///{name}', /is not an http or https URL/],
    ['http://{name}:port', /is not an http or https URL/],
    ['http://{name}:99999', /is not an http or https URL/],
    ['http://user:secret@{name}', /credentials, query and fragment are not allowed/],
    ['http://:secret@{name}', /credentials, query and fragment are not allowed/],
    ['http://host/?node={name}', /credentials, query and fragment are not allowed/],
    ['http://host/#{name}', /credentials, query and fragment are not allowed/],
  ];
  for (const [template, problem] of bad) {
    it(`refuses ${JSON.stringify(template)}`, () => {
      assert.throws(
        () => new NodeUrlTemplate(template),
        (error: NodeUrlError) => {
          assert.ok(error instanceof NodeUrlError);
          assert.deepEqual([error.code, error.retryable], ['NODE_URL_INVALID', false]);
          assert.match(error.message, problem);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
  }

  const template = new NodeUrlTemplate(inCluster);
  for (const name of [
    '',
    'Syncer',
    'a.b',
    'evil.example/#',
    'a/../b',
    'a@b',
    '-a',
    'a-',
    'a b',
    'a\n',
    '{namespace}',
    '%2e',
  ]) {
    it(`refuses the name ${JSON.stringify(name)}, in either place`, () => {
      const refusal = { code: 'NODE_URL_INVALID', message: /is not a DNS label/ };
      assert.throws(() => template.urlOf({ ...node, name }, '/'), refusal);
      assert.throws(() => template.urlOf({ ...node, namespace: name }, '/'), refusal);
    });
  }

  it('never leaves the host of the template, whatever the names', () => {
    const name = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,5}[a-z0-9])?$/));
    fc.assert(
      fc.property(name, name, (namespace, nodeName) => {
        let url: URL;
        try {
          url = new URL(template.urlOf({ namespace, name: nodeName }, '/v0/tasks'));
        } catch (error) {
          assert.ok(error instanceof NodeUrlError);
          return;
        }
        assert.equal(url.host, `${nodeName}-0.${nodeName}.${namespace}.svc.cluster.local:8443`);
        assert.equal(url.pathname, '/v0/tasks');
      }),
    );
  });
});
