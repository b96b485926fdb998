import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { metrics, sdkMetrics, type MetricDefinition } from '../../api/metrics.ts';
import { reasons, type ReasonDefinition } from '../../api/reasons.ts';
import { taskPhases } from '../../api/phases.ts';
import { runbookPhases } from '../../api/runbook-phases.ts';
import { guardHolders } from '../../core/guard/guard-hold.ts';
import { alertGroups } from '../../scripts/monitoring/alerts.ts';
import { partsOf } from './promql.ts';

/** What Prometheus itself says of the alerts. */
const ALERTS = { type: 'gauge', labels: ['alertname', 'alertstate', 'severity'] } as const;
const catalogue: Readonly<
  Record<string, { readonly type: MetricDefinition['type']; readonly labels: readonly string[] }>
> = { ...metrics, ...sdkMetrics, ALERTS };
const causes: Readonly<Record<string, ReasonDefinition>> = reasons;
/** Labels that Prometheus adds. */
const TARGET_LABELS = ['namespace', 'pod', 'job', 'instance'];
/** Values of labels that come from this code. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  reason: Object.keys(reasons),
  phase: [...taskPhases, ...runbookPhases],
  verdict: guardHolders,
};

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

interface Target {
  readonly expr: string;
  readonly interval: string;
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly Target[] }[];
}

interface RuleTest {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly eval_time: string;
    readonly exp_alerts: readonly object[];
  }[];
}

/** The labels of a metric, or of a series of a histogram. */
function labelsOf(name: string): readonly string[] | undefined {
  const definition = catalogue[name];
  if (definition !== undefined && definition.type !== 'histogram') return definition.labels;
  const [, base = '', end] = /^(\w+)_(bucket|sum|count)$/.exec(name) ?? [];
  const histogram = catalogue[base];
  if (histogram?.type !== 'histogram') return undefined;
  return end === 'bucket' ? [...histogram.labels, 'le'] : histogram.labels;
}

/** What a query names that does not exist. */
function unknownParts(query: string): string[] {
  const { selectors, groupings } = partsOf(query);
  const known = new Set(TARGET_LABELS);
  const unknown: string[] = [];
  for (const { metric, matchers } of selectors) {
    const labels = labelsOf(metric);
    if (labels === undefined) unknown.push(metric);
    for (const label of labels ?? []) known.add(label);
    for (const { label, value } of matchers) {
      if (labels?.includes(label) !== true && !TARGET_LABELS.includes(label)) unknown.push(`${metric}{${label}}`);
      unknown.push(...value.split('|').filter((each) => VALUES[label]?.includes(each) === false));
    }
  }
  return [...unknown, ...groupings.filter((label) => !known.has(label))];
}

const alerts = alertGroups.flatMap((group) => group.alerts);
const { panels } = JSON.parse(read('deploy/monitoring/dashboard.json')) as Dashboard;
const ruleTests = globSync('test/monitoring/rules/*.yaml', { cwd: ROOT }).flatMap((file) =>
  (parse(read(file)) as { readonly tests: readonly RuleTest[] }).tests.flatMap((test) => test.alert_rule_test),
);

describe('the check of queries', () => {
  const queries: Readonly<Record<string, readonly string[]>> = {
    'sum by (kind) (sei_tasks{phase="Running"})': [],
    sei_unknown: ['sei_unknown'],
    'sei_tasks{node="a"}': ['sei_tasks{node}'],
    'sum by (node) (sei_tasks)': ['node'],
    'sei_tasks{phase="Lost"}': ['Lost'],
    sei_task_duration_seconds: ['sei_task_duration_seconds'],
    'rate(sei_task_duration_seconds_bucket{le="1"}[5m])': [],
    sei_tasks_count: ['sei_tasks_count'],
  };
  for (const [query, expected] of Object.entries(queries))
    it(`finds ${expected.join(', ') || 'nothing'} in ${query}`, () => assert.deepEqual(unknownParts(query), expected));
});

describe('alerts', () => {
  for (const { name, expr } of alerts) {
    it(`${name} names metrics, labels and reasons of the catalogues, and has a page and a test`, () => {
      assert.deepEqual(unknownParts(expr), []);
      const page = read(`docs/alerts/${name}.md`);
      for (const heading of ['What it means', 'What to look at', 'What to do'])
        assert.match(page, new RegExp(`^## ${heading}\\n\\n\\S`, 'm'));
      const evaluations = ruleTests.filter(({ alertname }) => alertname === name);
      const firing = evaluations.filter(({ exp_alerts: expected }) => expected.length > 0);
      assert.ok(firing.length > 0, 'a test in which it fires');
      const first = Math.min(...firing.map((evaluation) => minutes(evaluation.eval_time)));
      const quiet = evaluations.filter(({ exp_alerts: expected }) => expected.length === 0);
      assert.ok(
        quiet.some((evaluation) => minutes(evaluation.eval_time) > first),
        'a test in which it is resolved',
      );
    });
  }

  it('have no page that no alert needs', () => {
    const pages = globSync('docs/alerts/*.md', { cwd: ROOT }).map((path) => path.replace(/.*\/(\w+)\.md$/, '$1'));
    assert.deepEqual(pages.toSorted(), ['README', ...alerts.map(({ name }) => name)].toSorted());
  });

  it('cover every reason of a failure except a cancellation', () => {
    for (const [reason, { condition, alert }] of Object.entries(causes)) {
      const needsAlert = condition === 'Failed' && reason !== 'Cancelled';
      assert.equal(alert !== undefined, needsAlert, reason);
      const naming = alerts.filter(({ expr }) =>
        partsOf(expr).selectors.some(({ matchers }) =>
          matchers.some(({ label, value }) => label === 'reason' && value.split('|').includes(reason)),
        ),
      );
      assert.deepEqual(
        naming.map(({ name }) => name),
        needsAlert ? [alert] : [],
      );
    }
  });
});

describe('the dashboard', () => {
  const graphs = panels.filter(({ targets }) => targets !== undefined);

  for (const { title, targets = [] } of graphs) {
    it(`"${title}" names metrics and labels of the catalogue`, () => {
      for (const { expr } of targets)
        assert.deepEqual(unknownParts(expr.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', '.*')), []);
    });
  }

  it('shows every metric of the service', () => {
    const shown = new Set(
      graphs.flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr }) =>
          partsOf(expr.replaceAll('$__rate_interval', '5m')).selectors.map(({ metric }) => metric),
        ),
      ),
    );
    const missing = Object.entries(metrics).filter(
      ([name]) => !shown.has(name) && !shown.has(`${name}_bucket`) && !shown.has(`${name}_count`),
    );
    // Counted by sei_task_outcomes_total.
    assert.deepEqual(
      missing.map(([name]) => name),
      ['sei_task_verdicts'],
    );
  });

  it('computes rates over the interval at which the chart lets Prometheus scrape', () => {
    const { monitoring } = parse(read('deploy/charts/sei-node-tasks/values.yaml')) as {
      readonly monitoring: { readonly podMonitor: { readonly interval: string } };
    };
    const intervals = new Set(graphs.flatMap(({ targets = [] }) => targets.map(({ interval }) => interval)));
    assert.deepEqual([...intervals], [monitoring.podMonitor.interval]);
  });
});

function minutes(time: string): number {
  return Number(/^(\d+)m$/.exec(time)?.[1] ?? assert.fail(`not whole minutes: ${time}`));
}
