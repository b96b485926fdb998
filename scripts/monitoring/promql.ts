/** Calls of the API server or a sidecar that failed because of it. */
export const CALL_FAILED = 'code=~"none|5.."';
/**
 * Calls of Temporal that failed because of it, or because it refuses this service. Others are part of normal work. The SDK
 * says `TRANSPORT_ERROR` when nothing answers.
 */
export const TEMPORAL_FAILED =
  'status_code=~"TRANSPORT_ERROR|UNAVAILABLE|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|UNAUTHENTICATED|PERMISSION_DENIED"';

/**
 * How often something happened within a time, for each series. A leader that has just started repairs statuses before it
 * is scraped for the first time, and a kind fails for the first time: a new series counts with its value, since `increase`
 * sees only what happens after the first scrape.
 */
export function increased(selector: string, within: string): string {
  return `(${selector} unless last_over_time(${selector}[1h] offset ${within})) or increase(${selector}[${within}])`;
}

/** The part of the requests that failed, from 0 to 1, by namespace. */
export function failedShare(failed: string, requests: string): string {
  return `${ratePerNamespace(failed)} / ${ratePerNamespace(requests)}`;
}

function ratePerNamespace(selector: string): string {
  return `sum by (namespace) (rate(${selector}[5m]))`;
}
