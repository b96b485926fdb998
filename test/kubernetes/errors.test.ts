import assert from 'node:assert/strict';
import { KubernetesApiError } from '../../kubernetes/errors.ts';

function answered(httpStatus: number, reason?: string, message?: string): KubernetesApiError {
  return new KubernetesApiError({ call: 'GET /x', httpStatus, status: { reason, message } });
}

describe('KubernetesApiError', () => {
  it('has a code and says whether a retry may help', () => {
    const meanings = [400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 503].map((status) => [
      status,
      answered(status).code,
      answered(status).retryable,
    ]);
    assert.deepEqual(meanings, [
      [400, 'KUBERNETES_BAD_REQUEST', false],
      [401, 'KUBERNETES_UNAUTHORIZED', true],
      [403, 'KUBERNETES_FORBIDDEN', true],
      [404, 'KUBERNETES_NOT_FOUND', false],
      [409, 'KUBERNETES_CONFLICT', true],
      [410, 'KUBERNETES_EXPIRED', true],
      [418, 'KUBERNETES_UNEXPECTED_STATUS', false],
      [422, 'KUBERNETES_INVALID', false],
      [429, 'KUBERNETES_TOO_MANY_REQUESTS', true],
      [500, 'KUBERNETES_SERVER_ERROR', true],
      [503, 'KUBERNETES_SERVER_ERROR', true],
    ]);
  });

  it('distinguishes an existing name from a conflict', () => {
    assert.equal(answered(409, 'AlreadyExists').code, 'KUBERNETES_ALREADY_EXISTS');
    assert.equal(answered(409, 'Conflict').code, 'KUBERNETES_CONFLICT');
  });

  it('quotes the server and says what to do next', () => {
    const words = 'seinodetasks.sei.io is forbidden: User "a" cannot list resource "seinodetasks"';
    assert.equal(
      answered(403, 'Forbidden', words).message,
      `GET /x was answered 403: ${words}. Grant this verb on this resource to the account, in a Role or ClusterRole.`,
    );
  });
});
