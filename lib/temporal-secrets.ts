/** Secrets of the connection to Temporal: the API key, and the values of headers. */
export function temporalSecrets({
  apiKey,
  metadata,
}: {
  readonly apiKey?: unknown;
  readonly metadata?: object | undefined;
}): string[] {
  const values: unknown[] = [apiKey, ...Object.values(metadata ?? {})];
  return values.filter((value) => typeof value === 'string');
}
