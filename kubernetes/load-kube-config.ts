import { present } from '../lib/present.ts';
import { KubeConfigError } from './errors.ts';
import { accessCluster } from './kube-config/access-cluster.ts';
import { accessUser } from './kube-config/access-user.ts';
import type { ClusterAccess } from './kube-config/cluster-access.ts';
import { execClusterInfo } from './kube-config/exec-cluster-info.ts';
import { impersonationHeaders, type Impersonation } from './kube-config/impersonation.ts';
import type { KubeConfigs, Located } from './kube-config/parse-kube-config.ts';
import { readKubeConfigs } from './kube-config/read-kube-configs.ts';

export interface KubeConfigChoice extends Impersonation {
  /** Default: `KUBECONFIG`, then `~/.kube/config`, then the ServiceAccount of the pod, in the same order as kubectl. */
  readonly file?: string | undefined;
  /** Default: the current context of the file. */
  readonly context?: string | undefined;
  /** Name of an entry under `clusters`. Default: that of the context. */
  readonly cluster?: string | undefined;
  /** Name of an entry under `users`. Default: that of the context. */
  readonly user?: string | undefined;
}

/**
 * Finds the API server and the credentials for it the way kubectl does.
 *
 * @throws KubeConfigError naming the file and field that cannot be honoured, or when no server is configured at all.
 */
export async function loadKubeConfig(choice: KubeConfigChoice = {}): Promise<ClusterAccess> {
  const configs = readKubeConfigs(choice.file);
  if (configs !== undefined) return clusterAccess(configs, choice);
  // Only a pod needs client-node, whose import takes most of the time that `kubectl snt` has.
  const { inClusterAccess } = await import('./kube-config/in-cluster-access.ts');
  const inCluster = inClusterAccess();
  if (inCluster === undefined)
    throw new KubeConfigError(
      'No API server is configured. Set KUBECONFIG, write ~/.kube/config, or run in a pod with a ServiceAccount.',
    );
  const impersonation = impersonationHeaders({}, choice, 'The ServiceAccount of the pod');
  return { ...inCluster, user: { ...inCluster.user, impersonation } };
}

/**
 * The access that one context of a kubeconfig describes.
 *
 * @throws KubeConfigError
 */
export function clusterAccess(configs: KubeConfigs, choice: KubeConfigChoice = {}): ClusterAccess {
  const { source, clusters, users } = configs;
  const names = chosenNames(configs, choice);
  const cluster = named(clusters, names.cluster, { field: 'cluster', source });
  const user = named(users, names.user, { field: 'user', source });
  const reached = accessCluster(cluster, `${cluster.file}: clusters["${names.cluster}"].cluster`);
  return {
    ...reached,
    namespace: names.namespace,
    user: accessUser(user, {
      name: names.user,
      impersonation: choice,
      clusterInfo: () => execClusterInfo(reached, cluster.entry),
      isCredentialNeeded: reached.server.startsWith('https:'),
    }),
  };
}

interface ChosenNames {
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string | undefined;
}

/** What is chosen by itself wins over the context. */
function chosenNames(configs: KubeConfigs, choice: KubeConfigChoice): ChosenNames {
  const { source, contexts, currentContext } = configs;
  const contextName = choice.context ?? currentContext ?? '';
  const context = contexts.get(contextName)?.entry;
  if (context === undefined && contextName !== '') throw unknownContext(configs, choice);
  const { cluster, user = '', namespace } = { ...context, ...present({ cluster: choice.cluster, user: choice.user }) };
  if (cluster !== undefined) return { cluster, user, namespace };
  throw new KubeConfigError(
    context === undefined
      ? `${source}: no current-context is set. Choose one with kubectl config use-context, or use --context.`
      : `${source}: contexts["${contextName}"].context.cluster is missing. Add it.`,
  );
}

function unknownContext({ source, contexts, currentContext }: KubeConfigs, { context }: KubeConfigChoice): Error {
  return new KubeConfigError(
    context === undefined
      ? `${source}: current-context "${currentContext}" is not among contexts. Choose one with kubectl config use-context.`
      : `${source}: there is no context "${context}". Choose one of: ${[...contexts.keys()].join(', ')}.`,
  );
}

function named<Entry>(
  entries: ReadonlyMap<string, Located<Entry>>,
  name: string,
  { field, source }: { readonly field: 'cluster' | 'user'; readonly source: string },
): Located<Entry> {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  throw new KubeConfigError(
    `${source}: the ${field} "${name}" is not among ${field}s. Add it, or choose one of: ${[...entries.keys()].join(', ') || 'none'}.`,
  );
}
