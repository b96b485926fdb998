/** Secrets of the connection to Temporal: the API key, the values of headers, and the password of a proxy. */
export function temporalSecrets({
  apiKey,
  metadata,
  proxy,
}: {
  readonly apiKey?: unknown;
  readonly metadata?: object | undefined;
  readonly proxy?: { readonly basicAuth?: { readonly password?: unknown } } | undefined;
}): string[] {
  const values: unknown[] = [apiKey, ...Object.values(metadata ?? {}), proxy?.basicAuth?.password];
  return values.filter((value) => typeof value === 'string');
}
