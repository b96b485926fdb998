import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
import type { KubectlResult } from '../../dev/kubectl.ts';
import { resourcePath } from '../../kubernetes/resource-path.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

/** JSON texts as somebody writes them into a manifest. */
const values: Readonly<Record<string, string>> = {
  text: '"100"',
  'an empty text': '""',
  true: 'true',
  false: 'false',
  zero: '0',
  'an integer': '100',
  'the largest exact integer': '9007199254740992',
  'the least exact integer': '-9007199254740992',
  'a decimal fraction': '0.05',
  'a fraction with a zero at its end': '1.50',
  'a fraction with more digits than a float has': '0.333333333333333333333333333',
  'a number with an exponent': '1e3',
  'a larger number with an exponent': '1.5E+9',
  'a small number with an exponent': '-2.50e-7',
  'a large integer in a string': '"12345678901234567890"',
  quotes: String.raw`"say \"seid\" and \\ and \/"`,
  'escaped control characters': String.raw`"a\nb\tc\u0000d"`,
  'characters that HTML escapes': '"a<b> & c>d"',
  'other scripts and emoji': '"日本 ✓ 🙂"',
  'line separators': '"a\u2028b\u2029c"',
  'what looks like a regular expression replacement': `"$& $1 $$ $' [] }}"`,
  'what looks like the end of the body': '"[]}}"',
  'an empty object': '{}',
  'an empty array': '[]',
  'nested objects': '{"b":{"z":[1,{"y":"2","x":[[]]}],"a":null},"a":1.10,"":{"value":"deep"}}',
  'an array of everything': '[1.0,"1.0",true,null,{"k":[]},[[2e5]]]',
  'keys that JavaScript would sort or hide': '{"10":1,"9":2,"__proto__":{"a":1},"constructor":3,"toString":4}',
};

/** With the number as the API server returns it. */
const tooLarge: Readonly<Record<string, { readonly value: string; readonly written: string }>> = {
  'by itself': { value: '9007199254740993', written: '9007199254740993' },
  'below zero': { value: '-9007199254740993', written: '-9007199254740993' },
  'in an array': { value: '["ok",{"a":[1,9223372036854775807]}]', written: '9223372036854775807' },
  'next to the same number in a string': {
    value: '{"a":"1234567890123456789 \\" 1234567890123456788","b":1234567890123456787}',
    written: '1234567890123456787',
  },
  'and beyond int64, which the API server rounds': { value: '18446744073709551615', written: '18446744073709552000' },
  'and so large that the API server writes an exponent': { value: '1000000000000000000001', written: '1e+21' },
};

const payload = minimalPayloads.GovParamChange;

function withValues(...changed: unknown[]): object {
  return { ...payload, changes: changed.map((value, index) => ({ subspace: 'staking', key: `Key${index}`, value })) };
}

describe('the values of a parameter change', () => {
  let environment: TestEnvironment;
  let node: SimulatedNode;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    node = await environment.addNode('node', { sidecarVersion: 'newer' });
  });

  after(() => environment.stop());

  /** With kubectl from a text, since JavaScript would write other numbers. */
  async function create(name: string, texts: readonly string[]): Promise<KubectlResult> {
    const changes = texts.map((value, index) => `{"subspace":"staking","key":"Key${index}","value":${value}}`);
    const task = {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeTask',
      metadata: { name },
      spec: {
        kind: 'GovParamChange',
        target: { nodeRef: { name: 'node' } },
        govParamChange: { ...payload, changes: [] },
      },
    };
    const manifest = JSON.stringify(task).replace('"changes":[]', () => `"changes":[${changes.join(',')}]`);
    return await environment.kubectl(['create', '--validate=false', '--filename', '-'], manifest);
  }

  /** The changes as the API server returns them. */
  async function changesOf(name: string): Promise<string> {
    const path = resourcePath(SEI_NODE_TASK, { namespace: environment.namespace, name });
    const { stdout } = await environment.kubectl(['get', '--raw', path]);
    return /"changes":(\[.*\]),"description":/s.exec(stdout)?.[1] ?? assert.fail(`no changes in ${stdout}`);
  }

  function postsFor(id: string | undefined): string[] {
    return requestsOf(node, 'POST')
      .map(({ body }) => body)
      .filter((body) => JSON.parse(body).id === id);
  }

  /** Without a resource. */
  async function start(name: string, input: object) {
    return await environment.temporal.workflow.start('GovParamChange', {
      workflowId: `${environment.namespace}/${name}`,
      taskQueue: environment.namespace,
      args: [{ node: { namespace: node.namespace, name: node.name }, ...input }],
    });
  }

  Object.entries(values).forEach(([what, value], index) => {
    it(`contract §1.5: ${what} reaches the sidecar as the text that the API server returned`, async () => {
      const name = `value-${index}`;
      await create(name, [value]);
      const task = await environment.finished(name);
      assertConfirmed(task);
      const [body = '', ...more] = postsFor(task.status?.task?.id);
      assert.deepEqual(more, []);
      const [, sent] = /"value":(.*)\}\]\}\}$/s.exec(body) ?? [];
      const [, returned] = /"value":(.*)\}\]$/s.exec(await changesOf(name)) ?? [];
      assert.ok(sent !== undefined, body);
      assert.equal(sent, returned);
      assert.deepEqual(JSON.parse(sent), JSON.parse(value));
    });
  });

  it('contract §1.5: several values keep their order, their keys and their texts', async () => {
    const texts = ['1.50', '"two"', '{"b":2.0,"a":[]}'];
    await create('several', texts);
    const task = await environment.finished('several');
    assertConfirmed(task);
    const [body = ''] = postsFor(task.status?.task?.id);
    const { params } = JSON.parse(body) as { params: { changes: { subspace: string; key: string }[] } };
    assert.deepEqual(
      params.changes.map(({ subspace, key }) => [subspace, key]),
      [
        ['staking', 'Key0'],
        ['staking', 'Key1'],
        ['staking', 'Key2'],
      ],
    );
    const [sent, returned] = [body, await changesOf('several')].map((text) => [
      ...text.matchAll(/"value":(.*?)\}(?=,\{"|\]\}|\]$)/gs),
    ]);
    assert.deepEqual(
      sent?.map(([, value]) => value),
      returned?.map(([, value]) => value),
    );
    assert.equal(sent?.length, 3);
  });

  it('are never null by themselves: admission refuses that', async () => {
    const { code, stderr } = await create('null', ['null']);
    assert.equal(code, 1);
    assert.match(stderr, /\bspec\.govParamChange\.changes\[0\]\.value\b/);
  });

  Object.entries(tooLarge).forEach(([where, { value, written }], index) => {
    it(`contract §1.5: a bare integer beyond 2^53 ${where} is ParamsBuildFailed, naming it, and nothing is sent`, async () => {
      const name = `too-large-${index}`;
      const requests = node.requests.length;
      await create(name, ['"fine"', value]);
      const task = await environment.finished(name);
      const problem = new RegExp(` ${written.replace('+', '\\+')}, .* string`);
      assertFailed(task, 'ParamsBuildFailed', 'invalid', { field: 'spec.govParamChange.changes.1.value', problem });
      assert.equal(node.requests.length, requests);
    });
  });

  const unfit: Readonly<Record<string, { readonly value: string; readonly problem: RegExp }>> = {
    'are nested 9,000 levels deep': {
      value: '['.repeat(9_000) + ']'.repeat(9_000),
      problem: /500/,
    },
    'are larger than Temporal takes': {
      value: `"${'x'.repeat(1_200_000)}"`,
      problem: /1200002 .*400000/,
    },
  };
  Object.entries(unfit).forEach(([what, { value, problem }], index) => {
    it(`that ${what} are ParamsBuildFailed`, async () => {
      await create(`unfit-${index}`, [value]);
      assertFailed(await environment.finished(`unfit-${index}`), 'ParamsBuildFailed', 'invalid', {
        field: 'spec.govParamChange.changes',
        problem,
      });
    });
  });

  describe('of a run without a resource', () => {
    it('contract §1.5: reach the sidecar as the JSON that they are', async () => {
      const changed = withValues('100', 1.5, true, null, { b: [{}], a: '"' }, Number.MAX_SAFE_INTEGER);
      const outcome: TaskOutcome = await (await start('alone', { payload: changed })).result();
      assert.equal(outcome.verdict.reason, 'Confirmed');
      const [body = ''] = postsFor(outcome.taskId);
      assert.deepEqual(JSON.parse(body).params, { ...changed, keyName: 'validator' });
    });

    const refused: Readonly<
      Record<string, { readonly input: object; readonly field: string; readonly problem?: RegExp }>
    > = {
      'an integer beyond 2^53': {
        input: { payload: withValues([2 ** 60]) },
        field: 'changes.0.value',
        problem: / 1152921504606847000,/,
      },
      'an integer that may have been 2^53 + 1': {
        input: { payload: withValues(2 ** 53) },
        field: 'changes.0.value',
        problem: / 9007199254740992,/,
      },
      'an integer of more digits than JavaScript writes': {
        input: { payload: withValues('1', -1e30) },
        field: 'changes.1.value',
        problem: / -1e\+30,/,
      },
      'a value that is missing': { input: { payload: withValues(undefined) }, field: 'changes.0.value' },
      'a text that is not JSON': {
        input: { payload: withValues(1), changeValues: ['1}],"x":['] },
        field: 'changes.0.value',
        problem: /"1\}\],\\"x\\":\["/,
      },
      'more texts than changes': {
        input: { payload: withValues(1), changeValues: ['1', '2'] },
        field: 'changes',
      },
    };
    Object.entries(refused).forEach(([what, { input, field, problem }], index) => {
      it(`contract §1.5: ${what} is ParamsBuildFailed, and nothing is sent`, async () => {
        const requests = node.requests.length;
        const failure = await workflowFailure(await start(`refused-${index}`, input));
        assert.ok(failure instanceof ApplicationFailure);
        assert.equal(failure.type, 'ParamsBuildFailed');
        const named = { field: `spec.govParamChange.${field}`, problem };
        assert.match(failure.message, messagePattern('ParamsBuildFailed', 'invalid', named));
        assert.equal(node.requests.length, requests);
      });
    });
  });
});
