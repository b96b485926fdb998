import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubeconfig } from '../../dev/kubeconfig.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../../kubernetes/load-kube-config.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { accountToken } from '../../dev/account-token.ts';
import { eventually } from './eventually.ts';
import type { TestEnvironment } from './test-environment.ts';
import { rightsOf, type DeployedRole, type Right } from './deployed-roles.ts';

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };

/** A ServiceAccount of its own, and how to be it. */
export interface Account {
  readonly name: string;
  /** Path of a file with its token. */
  readonly tokenFile: string;
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  readonly transport: KubernetesTransport;
}

/** Creates an account that has exactly these roles, and waits until the API server knows that. */
export async function createAccount(environment: TestEnvironment, roles: readonly DeployedRole[]): Promise<Account> {
  const { admin, namespace, servers } = environment;
  const name = `account-${randomBytes(5).toString('hex')}`;
  await new ResourceClient(admin, { group: '', version: 'v1', plural: 'serviceaccounts' }).create(namespace, {
    metadata: { name },
  });
  for (const [index, role] of roles.entries())
    await bind(environment, name, { ...role, metadata: { ...role.metadata, name: `${namespace}-${name}-${index}` } });
  for (const right of roles.flatMap(rightsOf))
    await eventually(`${name} may ${right.verb}`, () => isGranted(environment, name, right));

  const token = await accountToken(admin, { namespace, name });
  const [tokenFile, file] = [join(servers.directory, `${name}.token`), join(servers.directory, `${name}.kubeconfig`)];
  await writeFile(tokenFile, token, { mode: 0o600 });
  const access = {
    url: servers.kubernetes.url,
    certificateAuthority: await readFile(servers.kubernetes.caFile, 'utf8'),
    user: name,
    token,
  };
  await writeFile(file, kubeconfig(access), { mode: 0o600 });
  const transport = new KubernetesTransport(await loadKubeConfig({ file }));
  environment.added.defer(() => transport.close());
  return { name, tokenFile, kubeconfig: file, transport };
}

/** A Role only in the namespace of the test, wherever it is deployed. */
async function bind(
  { admin, namespace }: TestEnvironment,
  account: string,
  { kind, metadata: { name }, rules }: DeployedRole,
): Promise<void> {
  const where = kind === 'Role' ? namespace : undefined;
  const roles = new ResourceClient(admin, { ...RBAC, plural: `${kind.toLowerCase()}s` });
  const bindings = new ResourceClient(admin, { ...RBAC, plural: `${kind.toLowerCase()}bindings` });
  await roles.create(where, { metadata: { name }, rules });
  await bindings.create(where, {
    metadata: { name },
    roleRef: { apiGroup: RBAC.group, kind, name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  });
}

async function isGranted(
  { admin, namespace }: TestEnvironment,
  account: string,
  { group, resource: path, verb, names }: Right,
): Promise<boolean> {
  const [resource, subresource] = path.split('/');
  const attributes = {
    group,
    resource,
    subresource,
    verb,
    namespace: resource === 'namespaces' ? undefined : namespace,
    name: names[0],
  };
  const review = await admin.request({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: { spec: { user: `system:serviceaccount:${namespace}:${account}`, resourceAttributes: attributes } },
  });
  return (review as { status: { allowed: boolean } }).status.allowed;
}
