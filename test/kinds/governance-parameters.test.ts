import assert from 'node:assert/strict';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const kinds = {
  GovVote: { type: 'gov-vote', optional: { memo: 'why' } },
  GovSoftwareUpgrade: { type: 'gov-software-upgrade', optional: { memo: 'why', upgradeInfo: '{"binaries":{}}' } },
  GovParamChange: { type: 'gov-param-change', optional: { memo: 'why' } },
} as const;

const keyring = (secret?: object): object => ({
  validator: { operatorKeyring: secret === undefined ? {} : { secret } },
});

interface Key {
  readonly promise: string;
  readonly spec: object;
  readonly payload?: { keyName: string };
  readonly keyName: string;
}

const keys: Readonly<Record<string, Key>> = {
  payload: {
    promise: "the payload's key wins over the SeiNode's",
    spec: keyring({ secretName: 'keys', keyName: 'theirs' }),
    payload: { keyName: 'mine' },
    keyName: 'mine',
  },
  node: {
    promise: "the SeiNode's key is used when the payload names none",
    spec: keyring({ keyName: 'theirs' }),
    keyName: 'theirs',
  },
  admin: {
    promise: 'node_admin is used when the keyring names none',
    spec: keyring({ secretName: 'keys' }),
    keyName: 'node_admin',
  },
  'no-secret': { promise: 'validator is used when the keyring is not a secret', spec: keyring(), keyName: 'validator' },
  'no-keyring': { promise: 'validator is used when the SeiNode has no keyring', spec: {}, keyName: 'validator' },
  'full-node': {
    promise: 'validator is used on a SeiNode that is not a validator',
    spec: { validator: undefined, fullNode: {} },
    keyName: 'validator',
  },
};

describe('the parameters of a governance task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const { type, optional } = kinds[kind];

    async function sent(name: string, spec: object, payload: object = {}) {
      const node = await environment.addNode(name, { sidecarVersion: 'newer', spec });
      await createTaskOfKind(environment, name, { kind, payload });
      const task = await environment.finished(name);
      const [body, ...more] = requestsOf(node, 'POST').map((request) => JSON.parse(request.body));
      assert.deepEqual(more, []);
      assert.equal(body.id, expectedTaskId(task.metadata.uid, kind));
      assert.equal(body.type, type);
      return body.params as Record<string, unknown>;
    }

    it(`contract §1.4: ${kind} is ${type} with the payload and its key; empty optionals are left out`, async () => {
      assert.deepEqual(await sent(`${type}-least`, {}), { ...minimalPayloads[kind], keyName: 'validator' });
    });

    it(`contract §1.4: ${kind} is ${type} without the optionals that are set to nothing`, async () => {
      const empty = Object.fromEntries(Object.keys(optional).map((field) => [field, '']));
      assert.deepEqual(await sent(`${type}-empty`, {}, empty), { ...minimalPayloads[kind], keyName: 'validator' });
    });

    it(`contract §1.4: ${kind} is ${type} with the optionals that are set`, async () => {
      const payload = { ...optional, keyName: 'mine' };
      assert.deepEqual(await sent(`${type}-most`, {}, payload), { ...minimalPayloads[kind], ...payload });
    });

    for (const [name, { promise, spec, payload, keyName }] of Object.entries(keys)) {
      it(`contract §1.5: ${kind}: ${promise}`, async () => {
        const params = await sent(`${type}-${name}`, spec, payload);
        assert.equal(params['keyName'], keyName);
      });
    }
  }
});
