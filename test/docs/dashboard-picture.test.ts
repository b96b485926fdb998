import assert from 'node:assert/strict';
import { dashboardPage } from '../../docs/record/dashboard/dashboard-page.ts';
import type { TimeRange } from '../../docs/record/dashboard/prometheus.ts';
import { queryPanel } from '../../docs/record/dashboard/query-panel.ts';
import { panelOf, readDashboard } from '../../docs/record/dashboard/read-dashboard.ts';
import { formatValue, type UnitName } from '../../docs/record/dashboard/units.ts';

const RANGE: TimeRange = { start: 1_000, end: 1_010, step: 2 };
const PLACE = { gridPos: { x: 0, y: 0, w: 8, h: 7 } };
const byName = { id: 'byName', options: 'Failed' };

/** A panel of the file with one colour or unit that is not known. */
function fieldConfig(unit: string, property = { id: 'color', value: { fixedColor: 'red' } }) {
  return { defaults: { unit }, overrides: [{ matcher: byName, properties: [property] }] };
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('parse error'));
}

describe('the picture of the dashboard', () => {
  it('shows every panel of the dashboard, with what its queries answer', async () => {
    const dashboard = await readDashboard();
    const asked: string[] = [];
    const answer = (query: string, time: number) => {
      asked.push(query);
      return Promise.resolve([{ labels: { kind: 'RestartSeid' }, points: [[time, 2] as const] }]);
    };
    const prometheus = { query: answer, queryRange: (query: string, { end }: TimeRange) => answer(query, end) };
    const variables = { ...dashboard.variables, __rate_interval: '8s' };
    const answered = await Promise.all(
      dashboard.panels.map(async (panel) => ({ panel, series: await queryPanel(panel, prometheus, RANGE, variables) })),
    );
    assert.deepEqual(
      asked.filter((query) => query.includes('$')),
      [],
    );
    const { html } = await dashboardPage(dashboard, answered, { range: RANGE, caption: 'caption' });
    for (const { title } of dashboard.panels) assert.ok(html.includes(`>${title}</h`), title);
    const graphs = dashboard.panels.filter(({ type }) => type === 'timeseries');
    assert.ok(graphs.length > 20);
    assert.equal(html.match(/class="chart"/g)?.length, graphs.length);
    assert.ok(html.includes('>phase, RestartSeid</li>'));
  });

  it('says that a panel has no data', async () => {
    const panel = panelOf({ type: 'timeseries', title: 'Queue', ...PLACE });
    const page = await dashboardPage({ title: 'title' }, [{ panel, series: [] }], { range: RANGE, caption: '' });
    assert.match(page.html, /No data/);
    assert.doesNotMatch(page.html, /class="chart"/);
  });

  const unknown: readonly (readonly [what: string, panel: object, named: RegExp])[] = [
    ['a type', { type: 'heatmap' }, /heatmap/],
    ['a unit', { type: 'stat', fieldConfig: fieldConfig('celsius') }, /celsius/],
    [
      'a colour',
      { type: 'stat', fieldConfig: fieldConfig('s', { id: 'color', value: { fixedColor: 'mauve' } }) },
      /mauve/,
    ],
    [
      'an override',
      { type: 'stat', fieldConfig: fieldConfig('s', { id: 'unit', value: { fixedColor: 'red' } }) },
      /Failed/,
    ],
  ];
  for (const [what, panel, named] of unknown) {
    it(`refuses a panel with ${what} that it cannot show`, () => {
      assert.throws(() => panelOf({ type: 'row', title: 'Waits', ...PLACE, ...panel }), named);
    });
  }

  it('fails with the name of the panel when Prometheus refuses a query', async () => {
    const panel = { title: 'Waits', targets: [{ legendFormat: 'a', expr: 'sum(' }] };
    await assert.rejects(queryPanel(panel, { query: refuse, queryRange: refuse }, RANGE, {}), /Waits/);
  });

  const numbers: readonly (readonly [number, UnitName, string])[] = [
    [0, 's', '0 s'],
    [0.0123, 's', '12.3 ms'],
    [90, 's', '1.5 min'],
    [3_600, 's', '1 hours'],
    [1.03, 'short', '1'],
    [1_234, 'short', '1.23 K'],
    [0.25, 'none', '0.25'],
    [0.125, 'percentunit', '12.5 %'],
    [0, 'percentunit', '0 %'],
    [3 * 2 ** 20, 'bytes', '3 MiB'],
    [0.5, 'reqps', '0.5 req/s'],
  ];
  for (const [value, unit, text] of numbers)
    it(`writes ${value} in ${unit} as ${text}`, () => assert.equal(formatValue(value, unit), text));
});
