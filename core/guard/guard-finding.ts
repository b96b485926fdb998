import { guardVerdicts, type GuardCheck, type GuardVerdictName } from '../../api/guard-verdicts.ts';
import { fill, type Placeholders } from '../../lib/fill.ts';

/** Why a task has to wait, as the guard found it. */
export interface GuardFinding {
  readonly verdict: GuardCheck;
  readonly message: string;
  /** Whether it can never pass without an override or another setting. Default: false. */
  readonly isImpossible?: boolean;
}

type Cases<Name extends GuardVerdictName> = (typeof guardVerdicts)[Name]['messages'];
type Text<Name extends GuardVerdictName, Case extends keyof Cases<Name>> = Cases<Name>[Case] & string;

/** A message of the catalogue with its placeholders filled in. Values from outside have to be safe to show. */
export function guardMessage<Name extends GuardVerdictName, Case extends keyof Cases<Name> & string>(
  verdict: Name,
  message: Case,
  values: Readonly<Record<Placeholders<Text<Name, Case>>, string>>,
): string {
  const texts: Readonly<Record<string, string>> = guardVerdicts[verdict].messages;
  return fill((texts[message] ?? '') as Text<Name, Case>, values);
}

export function finding<Name extends GuardCheck, Case extends keyof Cases<Name> & string>(
  verdict: Name,
  message: Case,
  values: Readonly<Record<Placeholders<Text<Name, Case>>, string>>,
): GuardFinding {
  return { verdict, message: guardMessage(verdict, message, values) };
}
