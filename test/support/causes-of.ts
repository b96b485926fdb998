import assert from 'node:assert/strict';
import { KubernetesApiError } from '../../kubernetes/errors.ts';

/** The fields that the API server refuses in a 422, each with its reason: `spec.kind NotSupported`. */
export function causesOf(error: unknown): string[] {
  assert.ok(error instanceof KubernetesApiError);
  assert.equal(error.code, 'KUBERNETES_INVALID', error.message);
  return error.causes.map(({ field, reason = '' }) => `${field} ${reason.replace(/^FieldValue/, '')}`);
}
