import assert from 'node:assert/strict';
import { createAccount, type Account } from '../support/account.ts';
import { deployedRoles, rightsOf, titleOf, without, type DeployedRole, type Right } from '../support/deployed-roles.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { bridgeProbes } from './bridge-probes.ts';
import { peopleProbes } from './people-probes.ts';
import { runbookProbes } from './runbook-probes.ts';
import { workerProbes } from './worker-probes.ts';

const probes = { ...bridgeProbes, ...workerProbes, ...peopleProbes, ...runbookProbes };

describe('the rights in deploy/rbac', () => {
  let environment: TestEnvironment;
  let roles: readonly DeployedRole[];
  /** By the names of their roles. */
  const accounts = new Map<string, Account>();

  before(async () => {
    environment = await TestEnvironment.create();
    roles = await deployedRoles();
  });

  after(() => environment.stop());

  function roleNamed(name: string): DeployedRole {
    return roles.find(({ metadata }) => metadata.name === name) ?? assert.fail(`no role ${name}`);
  }

  /** An account with whole roles is used again. */
  async function accountWith(names: readonly string[]): Promise<Account> {
    const key = names.join();
    const account = accounts.get(key) ?? (await createAccount(environment, names.map(roleNamed)));
    accounts.set(key, account);
    return account;
  }

  it('are each named here with their purpose', () => {
    assert.deepEqual(roles.flatMap(rightsOf).map(titleOf).toSorted(), Object.keys(probes).toSorted());
  });

  for (const [index, [title, { what, besides = [], attempt }]] of Object.entries(probes).entries()) {
    it(`${title} is needed, or ${what}; the error names it`, async () => {
      const [name = ''] = title.split(': ', 1);
      const role = roleNamed(name);
      const right = rightsOf(role).find((each) => titleOf(each) === title) ?? assert.fail(`no right ${title}`);
      await attempt({ environment, account: await accountWith([name, ...besides]), name: `granted-${index}` });
      const account = await createAccount(environment, [without(role, right), ...besides.map(roleNamed)]);
      await assert.rejects(() => attempt({ environment, account, name: `missing-${index}` }), refusalOf(right));
    });
  }
});

/** As the API server says it, or our words for the sidecar's proxy. */
function refusalOf({ group, resource, verb }: Right): RegExp {
  return new RegExp(
    `cannot ${verb} resource \\W+${resource}\\W+ in API group \\W+${group}|needs the verb ${verb} on ${resource}\\.${group} named`,
  );
}
