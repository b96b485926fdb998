import { z } from 'zod';
import { formatDuration } from '../lib/go-duration.ts';
import { guardVerdicts } from '../api/guard-verdicts.ts';
import { logEvents } from '../api/log-events.ts';
import { logFields } from '../api/log-fields.ts';
import { metricLabels, metrics, sdkMetrics, type MetricDefinition } from '../api/metrics.ts';
import { runbookNodeReasons, runbookReasons } from '../api/runbook-reasons.ts';
import { BECAUSE, PENDING, reached, reasons, whereabouts, type ReasonDefinition } from '../api/reasons.ts';
import { payloadSchemas } from '../api/payload-schemas.ts';
import { definitionOf, payloadFieldOf, taskKindNames } from '../api/task-kinds.ts';
import { codecServerSchema } from '../worker/codec-server/codec-server-config.ts';
import { configSchema } from '../worker/config.ts';
import { alerts, plainSummary } from './monitoring/alert-files.ts';
import { rooms } from './rooms.ts';

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string): string => `\`${text}\``;

function reasonTable(): string {
  const rows = Object.entries(reasons).map(([reason, { condition, meaning }]) => [
    code(condition),
    code(reason),
    meaning,
  ]);
  return table(['condition', 'reason', 'meaning'], rows);
}

/** Every message that a condition can have, and what it is made of; `TaskComplete` has a sentence for each kind. */
function messageSections(): string {
  const sections = Object.entries(reasons).map(([reason, definition]) => {
    const { condition, meaning, messages, alert }: ReasonDefinition = definition;
    const texts = Object.values(messages).flatMap((text) => (text === '{result}' ? completeMessages() : [text]));
    return [
      `## ${reason}`,
      '',
      `On the condition ${code(condition)}. ${meaning}${alert === undefined ? '' : ` Alert: [${alert}](alerts/${alert}.md).`}`,
      '',
      ...texts.map((text) => `- ${text}`),
    ].join('\n');
  });
  const parts = Object.entries({ whereabouts, reached }).map(([name, texts]) =>
    [`## {${name}}`, '', ...Object.values(texts).map((text) => `- ${text}`)].join('\n'),
  );
  const endings = ['## At the end of a message', '', `- ${BECAUSE}`, `- ${PENDING}`].join('\n');
  return [...sections, ...parts, endings].join('\n\n').trimEnd();
}

/** A transaction completes a task as Confirmed, or without a readable result. */
function completeMessages(): string[] {
  const node = { namespace: '{namespace}', name: '{name}' };
  return taskKindNames.flatMap((kind) => {
    const { complete, example, endsWith } = definitionOf(kind);
    const payload = payloadSchemas[payloadFieldOf(kind)].parse(example) as never;
    return endsWith === 'transaction' ? [] : [`${kind}: ${complete({ node, payload })}`];
  });
}

function kindTable(): string {
  const rows = taskKindNames.map((kind) => {
    const { sidecarTask, defaultTimeoutSeconds, changesNode, creatorVerb, outputs } = definitionOf(kind);
    return [
      code(kind),
      sidecarTask === undefined ? 'none' : code(sidecarTask),
      defaultTimeoutSeconds === undefined ? 'unbounded' : formatDuration(defaultTimeoutSeconds * 1000),
      changesNode ? 'yes' : 'no',
      creatorVerb === 'none' ? '' : code(creatorVerb),
      Object.keys(outputs).map(code).join(', '),
    ];
  });
  return table(
    ['kind', "sidecar's task", 'default timeout', 'changes the node', 'right on the SeiNode', 'outputs'],
    rows,
  );
}

function guardTable(): string {
  const rows = Object.entries(guardVerdicts).map(([verdict, { allows, meaning, messages }]) => [
    code(verdict),
    allows ? 'sent' : 'waits',
    meaning,
    Object.values(messages).join('<br>'),
  ]);
  return table(['verdict', 'the task', 'meaning', 'messages'], rows);
}

function configTable(schema: z.ZodType): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties as Record<string, { default?: string | number; description?: string }>).map(
    ([name, { default: preset, description = '' }]) => [
      code(name),
      preset === undefined || preset === '' ? '' : code(String(preset)),
      description,
    ],
  );
  return table(['variable', 'default', 'meaning'], rows);
}

function eventTable(): string {
  const rows = Object.entries(logEvents).map(([event, { level, message, fields }]) => [
    code(event),
    level,
    message,
    fields.map(code).join(', '),
  ]);
  return table(['event', 'level', 'message', 'fields'], rows);
}

function fieldTable(): string {
  return table(
    ['field', 'meaning'],
    Object.entries(logFields).map(([field, meaning]) => [code(field), meaning]),
  );
}

function roomTable(): string {
  const rows = Object.entries(rooms).map(([name, { holds, rooms: below, packages }]) => [
    code(`${name}/`),
    holds,
    [...below.map((room) => code(`${room}/`)), ...packages.map((word) => (word === 'node:' ? 'Node' : word))].join(
      ', ',
    ) || 'nothing',
  ]);
  return table(['room', 'holds', 'may import'], rows);
}

function metricTable(definitions: Readonly<Record<string, MetricDefinition>>): string {
  const rows = Object.entries(definitions).map(([name, { type, labels, unit, help, buckets }]) => [
    code(name),
    type,
    labels.map(code).join(', '),
    unit,
    buckets === undefined ? `${help}.` : `${help}. Buckets: ${buckets.join(', ')}.`,
  ]);
  return table(['metric', 'type', 'labels', 'unit', 'meaning'], rows);
}

function alertTable(): string {
  const rows = alerts.map((alert) => [`[${alert.name}](${alert.name}.md)`, alert.severity, plainSummary(alert)]);
  return table(['alert', 'severity', 'meaning'], rows);
}

function labelTable(): string {
  return table(
    ['label', 'values'],
    Object.entries(metricLabels).map(([name, values]) => [code(name), values]),
  );
}

function meaningTable(meanings: Readonly<Record<string, string>>): string {
  return table(
    ['reason', 'meaning'],
    Object.entries(meanings).map(([reason, meaning]) => [code(reason), meaning]),
  );
}

const tables = {
  runbookReasons: () => meaningTable(runbookReasons),
  runbookNodeReasons: () => meaningTable(runbookNodeReasons),
  metrics: () => metricTable(metrics),
  sdkMetrics: () => metricTable(sdkMetrics),
  metricLabels: labelTable,
  alerts: alertTable,
  messages: messageSections,
  rooms: roomTable,
  reasons: reasonTable,
  kinds: kindTable,
  guardVerdicts: guardTable,
  config: () => configTable(configSchema),
  codecServer: () => configTable(codecServerSchema),
  events: eventTable,
  fields: fieldTable,
} as const;

/**
 * A document with its generated tables put in, each between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error when a table has no place.
 */
export function withTables(document: string, names: readonly (keyof typeof tables)[]): string {
  return names.reduce((text, name) => {
    const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`);
    if (!place.test(text)) throw new Error(`There is no place for the table: <!-- ${name} --> … <!-- /${name} -->`);
    return text.replace(place, (_all, start: string, end: string) => `${start}${tables[name]()}\n${end}`);
  }, document);
}
