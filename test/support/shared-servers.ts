import { kubernetesUsers, type KubernetesUser } from '../../dev/kubernetes-users.ts';
import type { LocalServers } from '../../dev/start-local-servers.ts';

const VARIABLE = 'SEI_NODE_TASKS_TEST_SERVERS';
/** How to reach running servers. */
export type ServerAddresses = Pick<LocalServers, 'directory'> & {
  readonly kubernetes: Pick<LocalServers['kubernetes'], 'url' | 'caFile' | 'kubeconfig' | 'token'>;
  readonly temporal: Pick<LocalServers['temporal'], 'address' | 'uiUrl' | 'namespace'>;
};

/** Hands the servers to mocha's worker processes, which inherit the environment. */
export function publishServers({ directory, kubernetes, temporal }: LocalServers): void {
  process.env[VARIABLE] = JSON.stringify({
    directory,
    kubernetes: { url: kubernetes.url, caFile: kubernetes.caFile },
    temporal: { address: temporal.address, uiUrl: temporal.uiUrl, namespace: temporal.namespace },
    kubeconfigs: Object.fromEntries(kubernetesUsers.map((user) => [user, kubernetes.kubeconfig(user)])),
    tokens: Object.fromEntries(kubernetesUsers.map((user) => [user, kubernetes.token(user)])),
  });
}

/** The servers of this test run. */
export function sharedServers(): ServerAddresses {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('no servers: run the tests with `npm test`, which starts them');
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
