import { z } from 'zod';
import { KubernetesResponseError } from './errors.ts';
import type { KubernetesTransport } from './kubernetes-transport.ts';

const PATH = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

const reviewSchema = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

/**
 * The user name under which the API server knows this process, whatever the authentication: certificate, token,
 * impersonation. Servers before Kubernetes 1.28 do not have this call.
 *
 * @param timeoutMs - In milliseconds.
 * @returns The name as the server sends it, possibly empty and of any length.
 * @throws what `KubernetesTransport.request` throws; KubernetesResponseError when the answer holds no name.
 */
export async function readUserName(transport: KubernetesTransport, timeoutMs: number): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const review = reviewSchema.safeParse(await transport.request({ method: 'POST', path: PATH, body, timeoutMs }));
  if (review.success) return review.data.status.userInfo.username;
  throw new KubernetesResponseError(
    `POST ${PATH}: the answer names no user (${z.prettifyError(review.error)}). Check which server answers there.`,
  );
}
