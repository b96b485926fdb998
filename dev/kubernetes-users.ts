import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

/** The groups that a ServiceAccount token would give. */
const ACCOUNT_GROUPS = ['system:serviceaccounts', 'system:serviceaccounts:sei-system', 'system:authenticated'];

/** Groups of each user that the local API server knows; what a user may do beyond that is for RBAC to say. */
const GROUPS = {
  admin: ['system:masters'],
  // The service's own accounts: ROLE=all, bridge and worker.
  'system:serviceaccount:sei-system:sei-node-tasks': ACCOUNT_GROUPS,
  'system:serviceaccount:sei-system:sei-node-tasks-bridge': ACCOUNT_GROUPS,
  'system:serviceaccount:sei-system:sei-node-tasks-worker': ACCOUNT_GROUPS,
  // kube-rbac-proxy's stand-in: may create TokenReviews and SubjectAccessReviews.
  'sidecar-proxy': ['system:authenticated'],
  // Has only the rights of every authenticated user.
  viewer: ['system:authenticated'],
} as const;

export type KubernetesUser = keyof typeof GROUPS;

export const kubernetesUsers = Object.keys(GROUPS) as readonly KubernetesUser[];

export type KubernetesTokens = Readonly<Record<KubernetesUser, string>>;

/** Writes a token file for the API server's `--token-auth-file`, with fresh random tokens, and returns them. */
export async function writeTokenFile(file: string): Promise<KubernetesTokens> {
  const tokens = Object.fromEntries(kubernetesUsers.map((user) => [user, randomBytes(32).toString('base64url')]));
  const lines = kubernetesUsers.map((user) => `${tokens[user]},${user},${user},"${GROUPS[user].join(',')}"\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  return tokens as KubernetesTokens;
}
