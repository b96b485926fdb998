import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';

/** An event of a workflow's history, as Temporal returns it. */
export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

type Payloads = temporal.api.common.v1.IPayloads;

/** The first argument or result of an activity; `undefined` when there is none. */
export function firstValueOf(payloads: Payloads | null | undefined): unknown {
  const [payload] = payloads?.payloads ?? [];
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

/** Milliseconds of a duration, or since 1970; 0 where it is unset. */
export function millisecondsOf(
  span: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined,
): number {
  return Number(span?.seconds ?? 0) * 1_000 + (span?.nanos ?? 0) / 1_000_000;
}
