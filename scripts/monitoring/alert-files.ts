import { stringify } from 'yaml';
import { alertGroups, type Alert } from './alerts.ts';

/** Where the pages are. The chart puts the URL of a copy of this repository in front. */
const PAGES = 'docs/alerts';
const RULE = /(<!-- rule -->\n)[^]*?(<!-- \/rule -->)/;

export const alerts: readonly Alert[] = alertGroups.flatMap((group) => group.alerts);

/** The summary with the names of its values in place of Prometheus' templates. */
export function plainSummary({ summary }: Alert): string {
  return summary.replaceAll(/\{\{ \$(?:labels\.)?(\w+)[^}]*\}\}/g, '*$1*');
}

/** deploy/monitoring/rules.yaml: Prometheus rule groups, which are also the `spec` of a PrometheusRule. */
export function ruleFile(): string {
  const groups = alertGroups.map(({ name, alerts: members }) => ({ name, rules: members.map(rule) }));
  return stringify({ groups }, { lineWidth: 0 });
}

function rule({ name, expr, holdsFor, severity, summary }: Alert) {
  return {
    alert: name,
    expr,
    ...(holdsFor === undefined ? {} : { for: holdsFor }),
    labels: { severity },
    annotations: { summary, runbook_url: `${PAGES}/${name}.md` },
  };
}

/**
 * The page of an alert with its rule put in, between `<!-- rule -->` and `<!-- /rule -->`.
 *
 * @throws Error when the page has no place for it.
 */
export function withRule(page: string, alert: Alert): string {
  const { name, expr, holdsFor, severity } = alert;
  if (!RULE.test(page))
    throw new Error(`${PAGES}/${name}.md has no place for the rule: <!-- rule --> … <!-- /rule -->. Write the page.`);
  const text = [
    `**${severity}**${holdsFor === undefined ? '' : `, after ${holdsFor}`}: ${plainSummary(alert)}`,
    '',
    '```promql',
    expr,
    '```',
  ].join('\n');
  return page.replace(RULE, (_all, start: string, end: string) => `${start}${text}\n${end}`);
}
