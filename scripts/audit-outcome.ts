import { z } from 'zod';
import { parsedJson } from '../lib/parsed-json.ts';

/** What `npm audit --json` prints, as far as it is used here. */
const reportSchema = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      severity: z.string(),
      range: z.string(),
      via: z.array(z.union([z.string(), z.object({ title: z.string(), url: z.string() })])),
    }),
  ),
});

/** What it prints when the registry did not answer, or answered that it has no such endpoint. */
const noAnswerSchema = z.object({ message: z.string(), error: z.object({ code: z.undefined().optional() }) });

export interface AuditOutcome {
  /** Whether the build may continue. */
  readonly passes: boolean;
  readonly lines: readonly string[];
}

/**
 * What an audit says about the build: a finding stops it, a registry that does not answer does not.
 *
 * @param report - What `npm audit --json` printed.
 * @throws Error when that is neither a report nor the registry's silence.
 */
export function auditOutcome(report: string): AuditOutcome {
  const parsed = parsedJson(report);
  const noAnswer = noAnswerSchema.safeParse(parsed);
  if (noAnswer.success) {
    return { passes: true, lines: [`The registry offers no audit endpoint: skipped (${noAnswer.data.message})`] };
  }
  const answer = reportSchema.safeParse(parsed);
  if (!answer.success)
    throw new Error(
      `npm audit did not report: ${report.trim() || 'it printed nothing'}. Run \`npm audit\` to see why.`,
    );
  const found = Object.entries(answer.data.vulnerabilities);
  if (found.length === 0) return { passes: true, lines: ['No known vulnerabilities'] };
  const lines = found.map(
    ([name, { severity, range, via }]) => `${severity}: ${name} ${range}: ${via.map(advisoryText).join('; ')}`,
  );
  return { passes: false, lines: [...lines, 'Update what is named, then run `npm run audit` again.'] };
}

function advisoryText(via: string | { readonly title: string; readonly url: string }): string {
  return typeof via === 'string' ? `through ${via}` : `${via.title} (${via.url})`;
}
