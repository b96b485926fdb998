/** What nobody may see of how Temporal is connected to: the API key, and headers that an operator has set. */
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
