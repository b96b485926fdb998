import { definitionOf, payloadFieldOf, taskKindNames, type PayloadField } from './task-kinds.ts';

/** A rule in CEL for `x-kubernetes-validations`. */
interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  /** In CEL; wins over `message`, which stays for what reads the CRD. */
  readonly messageExpression?: string;
  /** Where the API server reports it. Unset: at the field that the rule belongs to. */
  readonly fieldPath?: string;
}

/** Of one field of the spec. Says nothing about a field that comes or goes. */
export function isImmutable(field: 'kind' | 'target' | 'guard' | 'override' | PayloadField): ValidationRule {
  return { rule: 'self == oldSelf', message: `spec.${field} is immutable` };
}

/** Of one field of a runbook's spec, in a rule of the whole: it can neither change, nor come or go. */
export function isUnchanged(field: string): ValidationRule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `spec.${field} is immutable`,
    fieldPath: `.${field}`,
  };
}

/** Of the spec as a whole: who may be guarded, and that the guard stays as it was created. */
export function guardRules(): ValidationRule[] {
  const kinds = taskKindNames.filter((kind) => definitionOf(kind).takesSeidDown);
  return [
    {
      rule: `!has(self.guard) && !has(self.override) || self.kind in ['${kinds.join("', '")}']`,
      message: `spec.guard and spec.override are only for ${kinds.join(' and ')}, which take seid down`,
    },
    {
      rule: 'has(self.guard) == has(oldSelf.guard) && has(self.override) == has(oldSelf.override)',
      message: 'spec.guard and spec.override are immutable',
    },
  ];
}

/**
 * Of the spec as a whole: which payload it must have. Since `kind` is immutable, no payload comes or goes either. The
 * API server evaluates every rule with each status write, so that few are better.
 */
export function payloadRules(): ValidationRule[] {
  const fields = taskKindNames.map(payloadFieldOf);
  const count = fields.map((field) => `(has(self.${field}) ? 1 : 0)`).join(' + ');
  const isPresent = taskKindNames.reduceRight(
    (otherwise, kind) => `self.kind == '${kind}' ? has(self.${payloadFieldOf(kind)}) : ${otherwise}`,
    'true',
  );
  return [
    { rule: `${count} == 1`, message: `exactly one of ${fields.join(', ')} must be set` },
    {
      rule: isPresent,
      message: 'the payload that kind names is required',
      messageExpression:
        "'spec.' + self.kind.substring(0, 1).lowerAscii() + self.kind.substring(1) + ' is required when kind=' + self.kind",
    },
  ];
}
