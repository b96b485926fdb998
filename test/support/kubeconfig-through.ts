import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubeconfig } from '../../dev/kubeconfig.ts';
import type { KubernetesUser } from '../../dev/kubernetes-users.ts';
import type { TcpProxy } from '../../dev/tcp-proxy.ts';
import type { TestEnvironment } from './test-environment.ts';

const ACCOUNT: KubernetesUser = 'system:serviceaccount:sei-system:sei-node-tasks';

/** Writes a kubeconfig of the service's account that leads through a proxy, and returns its path. */
export async function kubeconfigThrough(proxy: TcpProxy, { servers, namespace }: TestEnvironment): Promise<string> {
  const { directory, kubernetes } = servers;
  const file = join(directory, `kubeconfig-${namespace}`);
  const certificateAuthority = await readFile(kubernetes.caFile, 'utf8');
  const access = { url: `https://${proxy.address}`, certificateAuthority, user: ACCOUNT, token: kubernetes.token(ACCOUNT) };
  await writeFile(file, kubeconfig(access), { mode: 0o600 });
  return file;
}
