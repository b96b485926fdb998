import { request } from 'undici';
import type { KubernetesUser } from '../../dev/kubernetes-users.ts';
import type { ServerAddresses } from '../../dev/start-local-servers.ts';

/** Where the servers of the test run are asked for. Unset: mocha runs without its global fixtures. */
export const SERVERS_VARIABLE = 'SEI_NODE_TASKS_TEST_SERVERS';

let shared: Promise<ServerAddresses> | undefined;

/**
 * The servers of this test run. The first test that asks starts them.
 *
 * @throws Error in a run without servers, or with what kept them from starting.
 */
export async function sharedServers(): Promise<ServerAddresses> {
  shared ??= ask();
  return await shared;
}

async function ask(): Promise<ServerAddresses> {
  const url = process.env[SERVERS_VARIABLE];
  if (url === undefined)
    throw new Error(
      'This test needs servers, and `npm run test:unit` starts none. Run `npm test -- FILE`. A test that imports what asks for servers, by an import statement, is left out of the unit tests.',
    );
  const { statusCode, body } = await request(url);
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`The servers of the tests did not start: ${text}`);
  return addressesIn(text);
}

function addressesIn(text: string): ServerAddresses {
  const { kubeconfigs, tokens, ...addresses } = JSON.parse(text);
  return {
    ...addresses,
    kubernetes: {
      ...addresses.kubernetes,
      kubeconfig: (user: KubernetesUser) => kubeconfigs[user],
      token: (user: KubernetesUser) => tokens[user],
    },
  };
}
