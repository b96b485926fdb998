import { readFile } from 'node:fs/promises';
import { namedColor } from './colors.ts';
import { units, type UnitName } from './units.ts';

/** One query of a panel. */
interface Target {
  readonly legendFormat: string;
  readonly expr: string;
  /** Whether only the present is asked for. */
  readonly instant?: boolean;
}

/** A panel of Grafana, as far as the picture shows it. */
export interface Panel {
  readonly type: PanelType;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly unit: UnitName;
  /** By legend, as CSS has them. */
  readonly colors: Readonly<Record<string, string>>;
  /** Colours of a stat from a value up, with rising values; that of the first is null. */
  readonly steps: readonly { readonly color: string; readonly value: number | null }[];
  readonly noValue: string;
  /** A row has none. */
  readonly targets: readonly Target[];
}

export interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Each variable of queries, with the value that stands for all. */
  readonly variables: Readonly<Record<string, string>>;
}

const PANEL_TYPES = ['row', 'stat', 'timeseries'] as const;
type PanelType = (typeof PANEL_TYPES)[number];

/** What Grafana reads, as far as it is used here. */
interface DashboardFile {
  readonly title: string;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly allValue?: string }[];
  };
  readonly panels: readonly PanelInFile[];
}

interface PanelInFile extends Pick<Panel, 'title' | 'gridPos'> {
  readonly type: string;
  readonly description?: string;
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly noValue?: string;
      readonly thresholds?: { readonly steps: Panel['steps'] };
    };
    readonly overrides: readonly Override[];
  };
}

interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: { readonly fixedColor: string } }[];
}

const PLAIN: NonNullable<PanelInFile['fieldConfig']> = { defaults: { unit: 'none' }, overrides: [] };

const FILE = new URL('../../../deploy/monitoring/dashboard.json', import.meta.url);

/** deploy/monitoring/dashboard.json. @throws Error when it has a panel or a unit that the picture cannot show. */
export async function readDashboard(): Promise<Dashboard> {
  const { title, templating, panels } = JSON.parse(await readFile(FILE, 'utf8')) as DashboardFile;
  return {
    title,
    panels: panels.map(panelOf),
    variables: Object.fromEntries(
      templating.list.flatMap(({ name, allValue }) => (allValue === undefined ? [] : [[name, allValue]])),
    ),
  };
}

/** @throws Error when it has a type, a unit or an override that cannot be drawn: it would be missing in the picture. */
export function panelOf({
  title,
  description = '',
  gridPos,
  targets = [],
  fieldConfig = PLAIN,
  ...file
}: PanelInFile): Panel {
  const type = PANEL_TYPES.find((name) => name === file.type);
  if (type === undefined) throw new Error(`"${title}" has type ${file.type}, which docs/record cannot draw`);
  const { unit, noValue = 'No data', thresholds = { steps: [] } } = fieldConfig.defaults;
  if (!isUnit(unit)) throw new Error(`"${title}" has unit ${unit}, which docs/record cannot write`);
  const colors = Object.fromEntries(fieldConfig.overrides.map((override) => colorOf(title, override)));
  const steps = thresholds.steps.map(({ color, value }) => ({ color: namedColor(color), value }));
  return { type, title, description, gridPos, unit, noValue, steps, targets, colors };
}

function colorOf(title: string, { matcher, properties: [property, ...others] }: Override): readonly [string, string] {
  if (matcher.id !== 'byName' || property?.id !== 'color' || others.length > 0)
    throw new Error(`"${title}" has an override that docs/record does not know: ${matcher.options}`);
  return [matcher.options, namedColor(property.value.fixedColor)];
}

function isUnit(name: string): name is UnitName {
  return Object.hasOwn(units, name);
}
