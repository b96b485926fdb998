import type { Logger } from '@temporalio/common';
import { BearerToken } from '../activities/bearer-token.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { opensApiServer, tokenAudiences } from '../lib/token-audiences.ts';

/**
 * Logs a warning when the token for sidecars is also good for the API server. Files that cannot be read are not
 * mentioned here: the first call that needs them fails with a message of its own.
 */
export async function warnOfApiServerToken(
  tokenFile: string,
  transport: Pick<KubernetesTransport, 'bearerToken'>,
  log: Logger,
): Promise<void> {
  const [token, ownToken] = await Promise.allSettled([new BearerToken(tokenFile).get(), transport.bearerToken()]);
  if (token.status === 'rejected' || ownToken.status === 'rejected') return;
  if (!opensApiServer(token.value, ownToken.value)) return;
  log.warn(
    'SIDECAR_TOKEN_FILE contains a token that the API server accepts: every sidecar that gets it has the rights of this ' +
      'service in the cluster. Mount a projected token with an audience of its own, such as sei-sidecar, and start the ' +
      "sidecars' proxies with --auth-token-audiences=sei-sidecar.",
    { file: tokenFile, audiences: tokenAudiences(token.value) ?? [] },
  );
}
