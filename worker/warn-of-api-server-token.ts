import { BearerToken } from '../activities/bearer-token.ts';
import type { Log } from '../api/log.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { opensApiServer, tokenAudiences } from '../lib/token-audiences.ts';

/**
 * Logs a warning when the token for sidecars is also good for the API server. Files that cannot be read are not
 * mentioned here: the first call that needs them fails with a message of its own.
 */
export async function warnOfApiServerToken(
  tokenFile: string,
  transport: Pick<KubernetesTransport, 'bearerToken'>,
  log: Log,
): Promise<void> {
  const [token, ownToken] = await Promise.allSettled([new BearerToken(tokenFile).get(), transport.bearerToken()]);
  if (token.status === 'rejected' || ownToken.status === 'rejected') return;
  if (!opensApiServer(token.value, ownToken.value)) return;
  log('SidecarTokenOpensApiServer', { file: tokenFile, audiences: tokenAudiences(token.value) ?? [] });
}
