import { reasons, type Message, type MessageName, type Reason } from '../../api/reasons.ts';
import type { Placeholders } from '../../lib/fill.ts';

/**
 * What a message of the catalogue reads like, whole: given values as they are, the others any text. What follows it,
 * such as who asked for the task, may be anything.
 */
export function messagePattern<Name extends Reason, Case extends MessageName<Name>>(
  reason: Name,
  message: Case,
  values?: Readonly<Partial<Record<Placeholders<Message<Name, Case>>, string>>>,
): RegExp {
  const texts: Readonly<Record<string, string>> = reasons[reason].messages;
  return new RegExp(`^${sourceOf(texts[message] ?? '', { ...values })}`);
}

function sourceOf(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text
    .split(/(\{\w+\})/)
    .map((part) => (/^\{\w+\}$/.test(part) ? valueSource(values[part.slice(1, -1)]) : literally(part)))
    .join('');
}

function valueSource(value: string | undefined): string {
  return value === undefined ? '.*' : literally(value);
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
