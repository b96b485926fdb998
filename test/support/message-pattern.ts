import {
  BECAUSE,
  reached,
  reasons,
  whereabouts,
  type Message,
  type MessageName,
  type Reason,
} from '../../api/reasons.ts';
import type { Placeholders } from '../../lib/fill.ts';

/** Texts that are part of a message, by their placeholder. */
const parts = { whereabouts, reached };
type Parts = typeof parts;

type PartName<Name extends keyof Parts> = keyof Parts[Name] & string;
type PartText<Name extends keyof Parts> = Parts[Name][PartName<Name>] & string;
type AllPlaceholders<Name extends string> = Name | (Name extends keyof Parts ? Placeholders<PartText<Name>> : never);
type Value<Name extends string> = Name extends keyof Parts ? PartName<Name> : string | RegExp;
type Filled<Name extends string> = { readonly [Placeholder in AllPlaceholders<Name>]?: Value<Placeholder> };

/**
 * Values of a message, by placeholder: a text as it is, or a pattern that is found in the value; `whereabouts` and
 * `reached` by their names in the catalogue, and then the placeholders of those too. Unset: any text. `why`: why the
 * task was cancelled; empty: the message ends without it.
 */
export type MessageValues<Name extends Reason, Case extends MessageName<Name>> = Filled<
  Placeholders<Message<Name, Case>>
> &
  (Name extends 'Cancelled' ? { readonly why?: string | RegExp } : unknown);

type AnyValues = Readonly<Record<string, string | RegExp | undefined>>;

/**
 * What a message of the catalogue reads like, from its beginning. Anything may follow it, such as who asked for the
 * task.
 */
export function messagePattern<Name extends Reason, Case extends MessageName<Name>>(
  reason: Name,
  message: Case,
  values?: MessageValues<Name, Case>,
): RegExp {
  const texts: Readonly<Record<string, string>> = reasons[reason].messages;
  const { why, whereabouts: place, reached: stage, ...given }: AnyValues = { ...values };
  const text = withParts(`${texts[message]}${why ? ` ${BECAUSE}` : ''}`, { whereabouts: place, reached: stage });
  return new RegExp(`^${sourceOf(text, { ...given, why })}${why === '' ? '$' : ''}`);
}

function withParts(text: string, names: AnyValues): string {
  return Object.entries(parts).reduce((whole, [part, texts]: [string, Readonly<Record<string, string>>]) => {
    const placeholder = `{${part}}`;
    return whole.replace(placeholder, texts[String(names[part])] ?? placeholder);
  }, text);
}

function sourceOf(text: string, values: AnyValues): string {
  return text
    .split(/(\{\w+\})/)
    .map((part) => (/^\{\w+\}$/.test(part) ? valueSource(values[part.slice(1, -1)]) : literally(part)))
    .join('');
}

function valueSource(value: string | RegExp | undefined): string {
  if (value === undefined) return '.*';
  if (typeof value === 'string') return literally(value);
  return value.source.startsWith('^') ? `(?:${value.source.slice(1)}).*` : `.*(?:${value.source}).*`;
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
