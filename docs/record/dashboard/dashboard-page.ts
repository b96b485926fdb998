import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { alignedData, type Chart } from './chart.ts';
import { colorInTurn } from './colors.ts';
import type { TimeRange } from './prometheus.ts';
import type { NamedSeries } from './query-panel.ts';
import type { Dashboard, Panel } from './read-dashboard.ts';
import { formatValue } from './units.ts';

const PROGRAM = fileURLToPath(new URL('draw-charts.ts', import.meta.url));
const STYLES = [
  fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')),
  new URL('dashboard.css', import.meta.url),
];

/** Of Grafana's grid, in pixels: a row, and the space between two. */
const ROW = 30;
const GAP = 8;
const HEADER = 56;

/** A panel and what it shows. */
export interface AnsweredPanel {
  readonly panel: Panel;
  readonly series: readonly NamedSeries[];
}

/** A page that shows panels where Grafana would. */
export interface DashboardPage {
  readonly html: string;
  /** In pixels. */
  readonly height: number;
}

export async function dashboardPage(
  { title }: Pick<Dashboard, 'title'>,
  answered: readonly AnsweredPanel[],
  { range, caption }: { readonly range: TimeRange; readonly caption: string },
): Promise<DashboardPage> {
  const charts = answered.flatMap(({ panel, series }, index) =>
    panel.type === 'timeseries' && series.length > 0 ? [chartOf(panel, series, { index, range })] : [],
  );
  const rows = Math.max(...answered.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  const styles = await Promise.all(STYLES.map((file) => readFile(file, 'utf8')));
  return {
    height: HEADER + rows * (ROW + GAP) + GAP,
    html: `<!doctype html>
<meta charset="utf-8">
<style>${styles.join('\n')}</style>
<header style="height: ${HEADER}px"><h1>${htmlText(title)}</h1><p>${htmlText(caption)}</p></header>
<main style="grid-auto-rows: ${ROW}px; gap: ${GAP}px">
${answered.map(panelHtml).join('\n')}
</main>
<script>const charts = ${JSON.stringify(charts).replaceAll('<', '\\u003c')};</script>
<script>${await programText()}</script>
`,
  };
}

function chartOf(
  { unit, colors }: Panel,
  series: readonly NamedSeries[],
  { index, range }: { readonly index: number; readonly range: TimeRange },
): Chart {
  return {
    id: `chart-${index}`,
    unit,
    colors: series.map(({ name }, place) => colors[name] ?? colorInTurn(place)),
    data: alignedData(series, range),
  };
}

/** draw-charts.ts and uPlot as one program for a browser. */
async function programText(): Promise<string> {
  await using build = await rolldown({ input: PROGRAM, platform: 'browser' });
  const { output } = await build.generate({ format: 'iife', minify: true });
  return output[0].code;
}

function panelHtml({ panel, series }: AnsweredPanel, index: number): string {
  const { type, title, description, gridPos } = panel;
  const { x, y, w, h } = gridPos;
  const place = `grid-column: ${x + 1} / span ${w}; grid-row: ${y + 1} / span ${h}`;
  if (type === 'row') return `<h2 style="${place}">${htmlText(title)}</h2>`;
  const body = type === 'stat' ? statHtml(panel, series) : graphHtml(panel, series, index);
  return `<section style="${place}"><h3>${htmlText(title)}</h3><p>${htmlText(description)}</p>${body}</section>`;
}

function graphHtml({ colors, noValue }: Panel, series: readonly NamedSeries[], index: number): string {
  if (series.length === 0) return `<div class="none">${htmlText(noValue)}</div>`;
  const legend = series.map(
    ({ name }, place) => `<li style="--color: ${colors[name] ?? colorInTurn(place)}">${htmlText(name)}</li>`,
  );
  return `<div class="chart" id="chart-${index}"></div><ul>${legend.join('')}</ul>`;
}

function statHtml({ unit, colors, steps, noValue }: Panel, series: readonly NamedSeries[]): string {
  if (series.length === 0) return `<div class="figures">${figureHtml('', noValue)}</div>`;
  const figures = series.map(({ name, points }) => {
    const value = points.at(-1)?.[1];
    if (value === undefined) return figureHtml(name, noValue);
    const step = steps.findLast((each) => each.value === null || value >= each.value);
    return figureHtml(name, formatValue(value, unit), colors[name] ?? step?.color);
  });
  return `<div class="figures">${figures.join('')}</div>`;
}

function figureHtml(name: string, text: string, color = 'inherit'): string {
  return `<figure><figcaption>${htmlText(name)}</figcaption><b style="color: ${color}">${htmlText(text)}</b></figure>`;
}

function htmlText(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
