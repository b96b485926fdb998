/** Draws the graphs of the page: Chromium runs this. */
import uPlot from 'uplot';
import type { Chart } from './chart.ts';
import { formatValue, units } from './units.ts';

/** What is used of the browser. */
declare const document: {
  getElementById(id: string): {
    readonly clientWidth: number;
    readonly clientHeight: number;
    append(child: unknown): void;
  };
};
/** Set by the page. */
declare const charts: readonly Chart[];

const GRID = { stroke: '#e4e5e7', width: 1 };
const AXIS = { grid: GRID, ticks: { show: false }, font: '11px sans-serif', stroke: '#5a5f66' };
/** Room above the highest value. */
const HEADROOM = 1.1;
const OPAQUE_A_LITTLE = '18';

/** Places of values without a neighbour, of which a line shows nothing. */
function lonePoints(values: readonly (number | null)[]): number[] {
  const isEmpty = (index: number): boolean => (values[index] ?? null) === null;
  return [...values.keys()].filter((index) => !isEmpty(index) && isEmpty(index - 1) && isEmpty(index + 1));
}

for (const { id, unit, colors, data } of charts) {
  const element = document.getElementById(id);
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    padding: [6, 10, 0, 0],
    scales: { y: { range: (_chart, _lowest, highest) => [0, highest > 0 ? highest * HEADROOM : 1] } },
    series: [
      {},
      ...colors.map((stroke, index) => ({
        stroke,
        width: 1.25,
        fill: `${stroke}${OPAQUE_A_LITTLE}`,
        points: { show: true, size: 4, fill: stroke, filter: lonePoints(data[index + 1] ?? []) },
      })),
    ],
    axes: [
      { ...AXIS, space: 60, size: 26, values: '{HH}:{mm}:{ss}' },
      {
        ...AXIS,
        size: 70,
        incrs: [...units[unit].distances],
        values: (_chart, lines) => lines.map((line) => formatValue(line, unit)),
      },
    ],
  };
  element.append(new uPlot(options, data as uPlot.AlignedData).root);
}
