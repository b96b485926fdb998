import { payloadSchemas, type PayloadField } from './payloads.ts';
import { taskKindNames, taskKinds } from './task-kinds.ts';

/** A rule in CEL for `x-kubernetes-validations`. */
interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  /** Where the API server reports it, below the field that has the rule. Unset: at that field. */
  readonly fieldPath?: string;
}

/** Of a required field of the spec. */
export function isImmutable(field: 'kind' | 'target'): ValidationRule {
  return { rule: 'self == oldSelf', message: `spec.${field} is immutable` };
}

/** Of the spec as a whole: which payload it must have, and that none may change, come or go. */
export function payloadRules(): ValidationRule[] {
  const fields = Object.keys(payloadSchemas) as PayloadField[];
  const count = fields.map((field) => `(has(self.${field}) ? 1 : 0)`).join(' + ');
  const exactlyOne = { rule: `${count} == 1`, message: `exactly one of ${fields.join(', ')} must be set` };
  const required = taskKindNames.map((kind) => {
    const field = taskKinds[kind].payloadField;
    return {
      rule: `self.kind != '${kind}' || has(self.${field})`,
      message: `spec.${field} is required when kind=${kind}`,
    };
  });
  return [exactlyOne, ...required, ...fields.map(immutablePayload)];
}

/** The rule of an optional field itself is not evaluated when the field comes or goes, so this one stands at the spec. */
function immutablePayload(field: PayloadField): ValidationRule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `spec.${field} is immutable`,
    fieldPath: `.${field}`,
  };
}
