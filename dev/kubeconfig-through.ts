import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubeconfig } from './kubeconfig.ts';
import type { KubernetesUser } from './kubernetes-users.ts';
import type { ServerAddresses } from './start-local-servers.ts';
import type { TcpProxy } from './tcp-proxy.ts';

const ACCOUNT: KubernetesUser = 'system:serviceaccount:sei-system:sei-node-tasks';

/**
 * Writes a kubeconfig of the service's account that connects through a proxy, and returns its path.
 *
 * @param name - Part of the file's name, with the proxy's port.
 */
export async function kubeconfigThrough(
  proxy: TcpProxy,
  { directory, kubernetes }: ServerAddresses,
  name: string,
): Promise<string> {
  const file = join(directory, `kubeconfig-${name}-${proxy.port}`);
  const certificateAuthority = await readFile(kubernetes.caFile, 'utf8');
  const access = {
    url: `https://${proxy.address}`,
    certificateAuthority,
    user: ACCOUNT,
    token: kubernetes.token(ACCOUNT),
  };
  await writeFile(file, kubeconfig(access), { mode: 0o600 });
  return file;
}
