import type { z } from 'zod';
import { jsonText } from '../lib/json-text.ts';

/** Thrown while a plan is made; it becomes the verdict ParamsBuildFailed. */
export class InvalidField extends Error {
  readonly field: string;
  readonly problem: string;

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`);
    this.field = field;
    this.problem = problem;
  }
}

/** @throws InvalidField naming the field and the value. */
export function check<Output>(schema: z.ZodType<Output>, value: unknown, field: string): Output {
  if (value === undefined || value === null) throw new InvalidField(field, 'is required and was not set');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = firstIssue(result.error, field);
  throw new InvalidField(issue.field, `is not valid: ${issue.problem} (got ${jsonText(value)})`);
}

export function firstIssue(error: z.ZodError, root: string): { field: string; problem: string; message: string } {
  const issue = error.issues[0];
  const field = [root, ...(issue?.path ?? []).map(String)].join('.');
  const problem = issue?.message ?? 'unreadable';
  return { field, problem, message: `${field}: ${problem}` };
}
